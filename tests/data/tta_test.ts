import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigError, DataError } from "../../src/base/errors.ts";
import { rng } from "../../src/base/rng.ts";
import { crop } from "../../src/data/transforms/crop.ts";
import { flipHorizontally } from "../../src/data/transforms/flip.ts";
import { defaultEvalSteps, pipeline } from "../../src/data/transforms/pipeline.ts";
import { resizeTo } from "../../src/data/transforms/resample.ts";
import type { Step } from "../../src/data/transforms/transform.ts";
import { cropsAreAlike, viewsOf } from "../../src/data/transforms/tta.ts";
import type { Picture } from "../../src/data/types.ts";
import { patterned } from "./helpers.ts";

const SIDE = 28, random = rng(0, "not used");
const evaluation = (steps: Step[] = defaultEvalSteps(SIDE)) =>
  pipeline(steps, { imageSize: SIDE, purpose: "eval" });

Deno.test("viewsOf() flip is what the model sees, and its mirror image", () => {
  const views = viewsOf(evaluation(), "flip"), picture = patterned(70, 40, 3);
  const [plain, mirrored] = views.map((view) => view.apply(picture, random));
  assertEquals(plain, evaluation().apply(picture, random));
  assertEquals(mirrored, flipHorizontally(plain));
  const ofMirrored = evaluation().apply(flipHorizontally(picture), random);
  const apart = mirrored.data.reduce(
    (most, level, i) => Math.max(most, Math.abs(level - ofMirrored.data[i])),
    0,
  );
  assert(apart <= 1, `${apart} levels from the view of a mirrored file`);
});

Deno.test("viewsOf() crops are torchvision's FiveCrop of the resized image, in its order", () => {
  for (const [width, height] of [[64, 40], [33, 90], [32, 32]]) {
    const picture = patterned(width, height, 7), short = 32;
    const [w, h] = width <= height
      ? [short, Math.trunc(short * height / width)]
      : [Math.trunc(short * width / height), short];
    const resized = resizeTo(picture, w, h), even = (value: number) => 2 * Math.round(value / 2);
    const middle = (spare: number) => spare % 2 === 0 ? spare / 2 : even(spare / 2); // as Python rounds
    const boxes = [[0, 0], [0, w - SIDE], [h - SIDE, 0], [h - SIDE, w - SIDE], [
      middle(h - SIDE),
      middle(w - SIDE),
    ]];
    const wanted = boxes.map(([top, left]): Picture => crop(resized, top, left, SIDE, SIDE));
    assertEquals(viewsOf(evaluation(), "crops").map((view) => view.apply(picture, random)), wanted);
  }
});

Deno.test("viewsOf() refuses crops where the model sees whole images, or an image is too small", () => {
  const stretched = evaluation([{ resize: { keep_aspect: false } }]);
  assertThrows(() => viewsOf(stretched, "crops"), ConfigError, "ends without a crop of its size");
  assertEquals(viewsOf(stretched, "flip").length, 2);
  const [corner] = viewsOf(evaluation(["center_crop"]), "crops");
  assertThrows(
    () => corner.apply(patterned(27, 60, 1), random),
    DataError,
    "27 x 60 pixels has no crops of 28 x 28",
  );
  assertEquals([cropsAreAlike(evaluation()), cropsAreAlike(evaluation(["resize", "center_crop"]))], [
    false,
    true,
  ]);
});
