/** How far images are reduced once they are decoded, and that what comes after makes the same of them. */
import { assert, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { decodeFile } from "../../src/data/decode/decoder.ts";
import { sizeAfter } from "../../src/data/transforms/operation.ts";
import { defaultEvalSteps, defaultTrainSteps, pipeline } from "../../src/data/transforms/pipeline.ts";
import { reduce, reducedSize } from "../../src/data/transforms/reduction.ts";
import type { Step } from "../../src/data/transforms/transform.ts";
import { patterned } from "./helpers.ts";

const imageSize = 24;
const takes = (purpose: "train" | "eval", ...steps: Step[]) => pipeline(steps, { imageSize, purpose }).takes;

Deno.test("an image that is reduced evaluates to the same values, whatever its size and the first resize", () => {
  const draw = rng(1, "sizes"), side = (most: number) => 1 + draw.integer(most);
  let reduced = 0;
  for (let round = 0; round < 150; round++) {
    const steps: Step[] = [{ resize: { size: 24 + draw.integer(9), keep_aspect: round % 3 > 0 } }, {
      center_crop: {},
    }];
    const evaluation = pipeline(steps, { imageSize, purpose: "eval" });
    const given = patterned(side(160), side(160), round), small = reduce(given, evaluation.takes);
    if (small !== given) reduced++;
    assertEquals(evaluation.apply(small, rng(0)).data, evaluation.apply(given, rng(0)).data);
    assertEquals(reduce(small, evaluation.takes), small);
  }
  assert(reduced > 50, `${reduced}`);
});

Deno.test("no crop of a reduced image is enlarged, whatever scale, ratio and the image's size", () => {
  const draw = rng(2, "crops");
  for (let round = 0; round < 300; round++) {
    const low = draw.uniform(0.02, 1.1), narrow = Math.exp(draw.uniform(-2, 1));
    const crop = { scale: [low, low + draw.uniform(0, 1)], ratio: [narrow, narrow * draw.uniform(1, 3)] };
    const train = pipeline(["random_horizontal_flip", { random_resized_crop: crop }], {
      imageSize,
      purpose: "train",
    });
    const { side } = train.takes!;
    const long = Math.round(side * (round % 2 ? 1 : draw.uniform(1, 6)));
    const size = round % 4 < 2 ? { width: side, height: long } : { width: long, height: side };
    for (let seed = 0; seed < 20; seed++) {
      const box = train.draw(size, rng(seed)).find(({ kind }) => kind === "crop");
      const { width, height } = sizeAfter(box!, size);
      assert(Math.min(width, height) >= imageSize, `${width}x${height} of ${JSON.stringify({ size, crop })}`);
    }
  }
});

Deno.test("training takes what its smallest crop needs, and evaluation what it resizes to", () => {
  const sides = (steps: Step[]) => pipeline(steps, { imageSize: 224, purpose: "train" }).takes;
  assertEquals(sides(defaultTrainSteps()), { side: 915, stretched: false });
  assertEquals(sides([{ random_resized_crop: { scale: [0.7, 1], ratio: [0.9, 1 / 0.9] } }]), {
    side: 283,
    stretched: false,
  });
  const evaluated = pipeline(defaultEvalSteps(224), { imageSize: 224, purpose: "eval" }).takes;
  assertEquals(evaluated, { side: 256, stretched: false });
  assertEquals(takes("eval", { resize: { keep_aspect: false } }), { side: 24, stretched: true });
});

Deno.test("all pixels are needed where a step counts in pixels of the image, or nothing resizes it", () => {
  const cropped = { random_resized_crop: {} };
  for (
    const step of [
      { gaussian_blur: { kernel_size: 3 } },
      { center_crop: { size: 100 } },
      { jpeg: {} },
      { gaussian_noise: {} },
      { pixelate: {} },
      { zoom_in: {} },
      { zoom_out: {} },
      { random_affine: { degrees: 5 } },
      { random_apply: { transforms: ["random_horizontal_flip"] } },
    ]
  ) assertEquals(takes("train", step, cropped), undefined, JSON.stringify(step));
  assertEquals(takes("train", "center_crop"), undefined);
  assertEquals(takes("train", "random_horizontal_flip"), undefined);
  assertEquals(takes("eval", "center_crop", "resize"), undefined);
  assertEquals(takes("eval", { resize: { interpolation: "bicubic" } }), undefined);
  assert(takes("train", { color_jitter: { hue: 0.1 } }, cropped, { gaussian_blur: { kernel_size: 3 } }));
});

Deno.test("reduce() leaves images as they are whose shorter side is not larger", () => {
  const reduction = { side: 20, stretched: false };
  for (const [width, height] of [[20, 20], [20, 500], [500, 20], [3, 7], [500, 1]]) {
    const given = patterned(width, height);
    assert(reduce(given, reduction) === given);
    assert(reduce(given, { ...reduction, stretched: true }) === given);
    assert(reduce(given, undefined) === given);
  }
  assertEquals(reducedSize({ width: 50, height: 41 }, reduction), { width: 24, height: 20 });
  const { original, assumedBits } = reduce({ ...patterned(50, 41), assumedBits: 12 }, reduction);
  assertEquals([original, assumedBits], [{ width: 50, height: 41 }, 12]);
});

Deno.test("decodeFile() reduces what it decodes, after it has looked at the size", async () => {
  const bytes = Promise.resolve(Uint8Array.of(1)), decode = () => Promise.resolve(patterned(50, 40));
  const task = { reduction: { side: 10, stretched: true }, maxPixels: 2000 };
  const { picture } = await decodeFile(bytes, task, decode);
  assertEquals([picture?.width, picture?.height, picture?.data.length], [10, 10, 300]);
  const { reason } = await decodeFile(bytes, { ...task, maxPixels: 1999 }, decode);
  assert(reason?.includes("1999"), reason);
});
