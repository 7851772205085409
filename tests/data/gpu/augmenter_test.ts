import { assert, assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { isSoftware } from "../../../src/core/device.ts";
import { persistent } from "../../../src/core/tensor.ts";
import { augmenter } from "../../../src/data/gpu/augmenter.ts";
import type { ColorStep, Operation, OperationOf } from "../../../src/data/transforms/operation.ts";
import { defaultEvalSteps, defaultTrainSteps, pipeline } from "../../../src/data/transforms/pipeline.ts";
import { viewsOf } from "../../../src/data/transforms/tta.ts";
import { IMAGENET, type Picture } from "../../../src/data/types.ts";
import { testDevice } from "../../ops/op_case.ts";
import { gpuTest } from "../../rings.ts";
import { apart, assertTwins, levelsOf, photo, renderBoth } from "./render_case.ts";

/** Sides of the images; few, since each is a set of kernels to compile. SIDE is also that of a picture. */
const SIDE = 37, SMALL = 16, OTHER = 35;
const sizes = [[61, 47], [SIDE, SIDE], [200, 33], [5, 90], [1, 1], [128, 96]];
const pictures = sizes.map(([width, height], i) => photo(width, height, i));

const drawn = (steps: Parameters<typeof pipeline>[0], side: number, purpose: "train" | "eval", epoch = 0) => {
  const { draw } = pipeline(steps, { imageSize: side, purpose });
  return (picture: Picture, i: number) => draw(picture, rng(7, "augment", epoch).fork(i));
};
const resized = (side: number): Operation => ({ kind: "resize", width: side, height: side });
const color = (...steps: [ColorStep["what"], number][]): Operation => ({
  kind: "color",
  steps: steps.map(([what, by]) => ({ what, by })),
});

gpuTest(
  "augmenter() resizes and crops to the level for evaluation, also where a crop leaves the picture",
  async () => {
    for (const side of [SMALL, SIDE]) {
      const operations = pictures.map(drawn(defaultEvalSteps(side), side, "eval"));
      await assertTwins({ pictures, operations, side }, "exact", `side ${side}`);
      const crops = pictures.map(drawn([{ center_crop: {} }], side, "eval"));
      await assertTwins({ pictures, operations: crops, side }, "exact", `crops of ${side}`);
      const evaluation = pipeline(defaultEvalSteps(side), { imageSize: side, purpose: "eval" });
      for (const { draw } of [...viewsOf(evaluation, "flip"), ...viewsOf(evaluation, "crops").slice(0, 4)]) {
        const views = pictures.map((picture, i) => draw(picture, rng(i)));
        await assertTwins({ pictures, operations: views, side }, "exact", `a view of ${side}`);
      }
    }
  },
);

gpuTest(
  "augmenter() resizes by cubics to the level, larger and smaller, whole images and parts",
  async () => {
    const interpolation = "bicubic" as const;
    const edges = [...pictures, photo(SIDE, 2 * SIDE), photo(16, 1300)].map((picture, i) =>
      i % 2 ? { ...picture, data: picture.data.map((level) => level < 128 ? 0 : 255) } : picture
    );
    for (
      const steps of [
        [{ resize: { size: SIDE + 4, interpolation } }, "center_crop"],
        [{ resize: { size: 3 * SIDE, interpolation } }, "center_crop"],
        [{ random_resized_crop: { interpolation } }],
        [{ resize: { keep_aspect: false } }, { random_resized_crop: { interpolation } }],
      ]
    ) {
      const operations = edges.map(drawn(steps, SIDE, "train"));
      await assertTwins({ pictures: edges, operations, side: SIDE }, "exact", JSON.stringify(steps));
    }
  },
);

gpuTest("augmenter() takes images of any shape, as the processor does", async () => {
  const thin = [[3000, 1], [1, 300], [70_001, 1], [1, 1], [2, 66_000], [900_001, 1]].map(([w, h]) =>
    photo(w, h)
  );
  const stretched: Operation[] = [resized(SMALL)];
  const evaluated = thin.map(drawn(defaultEvalSteps(SMALL), SMALL, "eval"));
  await assertTwins({ pictures: thin, operations: evaluated, side: SMALL }, "exact", "evaluation");
  const trained = thin.map(drawn([{ random_resized_crop: {} }], SMALL, "train"));
  await assertTwins({ pictures: thin, operations: trained, side: SMALL }, "exact", "training");
  await assertTwins(
    { pictures: thin, operations: thin.map(() => stretched), side: SMALL },
    "exact",
    "stretched",
  );
});

gpuTest("augmenter() cuts, resizes and mirrors random parts to the level", async () => {
  const side = SIDE;
  const steps = [{ random_resized_crop: {} }, { random_horizontal_flip: { p: 0.5 } }];
  const many = Array.from({ length: 70 }, (_, i) => pictures[i % pictures.length]);
  await assertTwins({ pictures: many, operations: many.map(drawn(steps, side, "train")), side }, "exact");
  const outside: Operation[] = [{ kind: "crop", top: -5, left: 30, width: 50, height: 40 }, resized(side), {
    kind: "flip",
  }];
  await assertTwins(
    { pictures: [pictures[0]], operations: [outside], side },
    "exact",
    "a part beyond the edges",
  );
});

gpuTest(
  "augmenter() shrinks large pictures to the level, in strips where they exceed an upload batch",
  async () => {
    const side = SIDE;
    const large = [photo(2600, 1900), photo(2000, 3)];
    await assertTwins({ pictures: large, operations: large.map(() => [resized(side)]), side }, "exact");
  },
);

gpuTest("augmenter() blends brightness, contrast and saturation to the level, in any order", async () => {
  const side = SIDE;
  const lists: Operation[][] = [
    [color(["brightness", 1.2], ["contrast", 0.8], ["saturation", 1.3])],
    [color(["contrast", 1.4], ["saturation", 0.3], ["brightness", 0.7])],
    [color(["saturation", 2.5], ["brightness", 1.9], ["contrast", 0])],
    [color(["contrast", 1.1]), { kind: "flip" }, color(["brightness", 0.5], ["contrast", 1.7])],
    [color(["saturation", 0])],
    [],
  ];
  const operations = lists.map((list) => [resized(side), ...list]);
  // A GPU may join a multiplication and an addition, which moves a sum across the edge of a level now and then.
  const { adapter } = await testDevice();
  await assertTwins({ pictures, operations, side }, isSoftware(adapter) ? "exact" : "level");
});

gpuTest("augmenter() shifts hues as the processor does, to a level", async () => {
  const side = SIDE;
  const shifts = [-0.5, -0.1, 0, 0.07, 0.33, 0.5];
  const operations = shifts.map((by) => [resized(side), color(["hue", by])]);
  await assertTwins({ pictures, operations, side }, "level");
});

gpuTest("augmenter() makes the images of the default preset", async () => {
  for (const [side, epoch] of [[SIDE, 0], [OTHER, 1]] as const) {
    const operations = pictures.map(drawn(defaultTrainSteps(), side, "train", epoch));
    await assertTwins({ pictures, operations, side }, "chain", `side ${side}`);
  }
});

gpuTest("augmenter() warps by the nearest pixel and between four", async () => {
  const side = SIDE;
  const warp: Omit<OperationOf<"affine">, "interpolation"> = {
    kind: "affine",
    angle: 17,
    translate: [3, -4],
    scale: 0.9,
    shear: [7, -5],
    fill: [10, 200, 90],
  };
  for (const interpolation of ["nearest", "bilinear"] as const) {
    const operations = pictures.map((_, i): Operation[] => [
      resized(side),
      { ...warp, interpolation, angle: 40 * i - 90, scale: 0.5 + 0.3 * i },
      ...(i % 2 ? [color(["contrast", 1.3])] : []),
    ]);
    await assertTwins({ pictures, operations, side }, "level", interpolation);
  }
});

gpuTest("augmenter() gives a picture the same image in every batch, bit for bit", async () => {
  const side = SIDE, count = 41;
  const many = Array.from({ length: count }, (_, i) => pictures[i % pictures.length]);
  const operations = many.map(drawn(defaultTrainSteps(), side, "train"));
  const device = await testDevice();
  const live = device.pool.stats().live;
  const images = persistent(device, [count, side, side, 4], "f32", "images");
  const made = augmenter(device, { imageSize: side });
  made.render({ pictures: many, operations, count }, IMAGENET, images);
  const whole = await images.read();
  const pixels = side * side * 4;
  for (const [start, length] of [[0, 1], [3, 2], [7, 34], [40, 1]]) {
    const part = { pictures: many.slice(start), operations: operations.slice(start), count: length };
    made.render(part, IMAGENET, images);
    const got = (await images.read()).slice(0, length * pixels);
    assertEquals(got, whole.slice(start * pixels, (start + length) * pixels));
  }
  made.free();
  images.free();
  assertEquals(device.pool.stats().live, live);
});

gpuTest("augmenter() leaves what comes before the resize to the processor, and says so once", async () => {
  const side = SMALL;
  const operations = pictures.map(
    (): Operation[] => [color(["brightness", 1.5]), resized(side), color(["contrast", 2])],
  );
  const { gpu, twin, notes } = await renderBoth({ pictures, operations, side });
  assert(apart(levelsOf(gpu), levelsOf(twin)).most < 0.01);
  assertEquals(notes.length, 1);
  assert(notes[0].startsWith("running color on the CPU"));
});
