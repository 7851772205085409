/** Adjustments of levels and sharpness on the GPU, against their twins. */
import { assert, assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import type { ColorStep, Operation } from "../../../src/data/transforms/operation.ts";
import { pipeline } from "../../../src/data/transforms/pipeline.ts";
import type { Picture } from "../../../src/data/types.ts";
import { gpuTest } from "../../rings.ts";
import { flat } from "../helpers.ts";
import { assertTwins, levelsOf, photo, renderBoth } from "./render_case.ts";

/** Few sides, since each is a set of kernels to compile: one that is no multiple of four, and the smallest ones. */
const SIDES = [37, 16, 3, 2, 1];
/** Each side in one of two halves, for lists of adjustments that are alike. */
const HALVES = [[37, 2], [16, 3, 1]] as const;

const color = (...steps: [ColorStep["what"], number][]): Operation => ({
  kind: "color",
  steps: steps.map(([what, by]) => ({ what, by })),
});
const sharpness = (by: number): Operation => ({ kind: "sharpness", by });
const turn: Operation = {
  kind: "affine",
  angle: 33,
  translate: [1, 0],
  scale: 1,
  shear: [0, 0],
  interpolation: "nearest",
  fill: [0, 0, 0],
};

/** A photo whose channels have levels within limits of their own, so that a stretch changes each differently. */
function pale(width: number, height: number): Picture {
  const { data, ...size } = photo(width, height, 3);
  return { ...size, data: data.map((level, i) => [90, 3, 200][i % 3] + (level >> [2, 1, 3][i % 3])) };
}

const pictures = [photo(61, 47), pale(90, 90), flat(5, 7, [12, 0, 255]), pale(33, 200), photo(1, 1)];

async function check(
  lists: readonly Operation[][],
  agreement: "exact" | "level",
  sides: readonly number[] = SIDES,
) {
  for (const side of sides) {
    const drawn = lists.flatMap((list) => pictures.map((picture) => ({ picture, list })));
    const resized: Operation = { kind: "resize", width: side, height: side };
    const operations = drawn.map(({ list }) => [resized, ...list]);
    const all = drawn.map(({ picture }) => picture);
    await assertTwins({ pictures: all, operations, side }, agreement, `side ${side}`);
  }
}

gpuTest("augmenter() keeps bits and inverts levels to the level", async () => {
  const bits = Array.from({ length: 9 }, (_, i) => [color(["posterize", i])]);
  const levels = [0, 0.5, 128, 254.9, 255].map((by) => [color(["solarize", by])]);
  await check(
    [...bits, ...levels, [color(["solarize", 100], ["posterize", 3], ["solarize", 7])]],
    "exact",
    HALVES[0],
  );
});

gpuTest("augmenter() equalises histograms to the level, and stretches levels", async () => {
  const equalize = ["equalize", 0] as [ColorStep["what"], number];
  const stretch = ["autocontrast", 0] as [ColorStep["what"], number];
  await check(
    [
      [color(equalize)],
      [color(["solarize", 120], equalize)],
      [color(equalize), { kind: "flip" }, color(equalize)],
      [turn, color(equalize)],
      [color(equalize), turn],
    ],
    "exact",
    HALVES[0],
  );
  await check(
    [
      [color(stretch)],
      [color(equalize, stretch)],
      [color(stretch, ["contrast", 0.4]), turn, color(["contrast", 1.5], stretch)],
      [color(["posterize", 4]), color(stretch), color(["brightness", 0.7])],
      [color(["tensor_brightness", 0.7], ["tensor_saturation", 1.9], ["tensor_contrast", 0.4]), turn],
      [turn, color(["tensor_saturation", 0.1], ["contrast", 1.5], ["tensor_contrast", 1.8], stretch)],
    ],
    "level",
    HALVES[1],
  );
});

gpuTest("augmenter() blends as torchvision's tensors, to the level", async () => {
  const whats = ["tensor_saturation", "tensor_brightness", "tensor_contrast"] as const;
  const factors = [0.1, 0.55, 1.1, 1.3, 1.9];
  await check(whats.flatMap((what) => factors.map((by) => [color([what, by])])), "exact", [SIDES[0]]);
});

gpuTest("augmenter() adjusts sharpness to a level", async () => {
  const lists = [0, 0.1, 0.73, 1, 1.9, 4].map((by) => [sharpness(by)]);
  await check([...lists, [color(["equalize", 0]), sharpness(0.3), turn, sharpness(1.7)]], "level");
});

gpuTest("augmenter() mixes versions of an image on the GPU", async () => {
  const side = SIDES[0];
  const steps = [
    { resize: { size: side, keep_aspect: false } },
    "aug_mix",
    { aug_mix: { mixture_width: 10, severity: 10 } },
    { sharpness: { factor: 1.4 } },
  ];
  const { draw } = pipeline(steps, { imageSize: side, purpose: "train" });
  const many = Array.from({ length: 12 }, (_, i) => pictures[i % pictures.length]);
  const operations = many.map((picture, i) => draw(picture, rng(9, i)));
  const { notes } = await renderBoth({ pictures: many, operations, side });
  assertEquals(notes, []);
  await assertTwins({ pictures: many, operations, side }, "level");
  const gray: Operation = {
    kind: "mix",
    original: 0.25,
    chains: [{ share: 0.5, operations: [color(["solarize", 0])] }, { share: 0.25, operations: [] }],
  };
  const resized: Operation = { kind: "resize", width: side, height: side };
  const { gpu } = await renderBoth({ pictures, operations: pictures.map(() => [resized, gray]), side });
  assert(levelsOf(gpu).every((level) => Math.abs(level - 127.5) < 1));
});

gpuTest("augmenter() carries out any chain of adjustments on the GPU", async () => {
  const random = rng(5, "chains");
  const draws = [
    () => color(["posterize", random.integer(9)]),
    () => color(["solarize", random.uniform(0, 255)]),
    () => color(["equalize", 0]),
    () => color(["autocontrast", 0]),
    () => color(["contrast", random.uniform(0.1, 1.9)]),
    () => color(["brightness", random.uniform(0.1, 1.9)]),
    () => color(["tensor_contrast", random.uniform(0.1, 1.9)]),
    () => color(["tensor_saturation", random.uniform(0.1, 1.9)]),
    () => sharpness(random.uniform(0, 2)),
    () => turn,
  ];
  const side = SIDES[0];
  const resized: Operation = { kind: "resize", width: side, height: side };
  const many = Array.from({ length: 80 }, (_, i) => pictures[i % pictures.length]);
  const operations = many.map((): Operation[] => [
    resized,
    ...Array.from({ length: 1 + random.integer(4) }, () => draws[random.integer(draws.length)]()),
  ]);
  const { notes } = await renderBoth({ pictures: many, operations, side });
  assertEquals(notes, []);
  await assertTwins({ pictures: many, operations, side }, "chain");
});
