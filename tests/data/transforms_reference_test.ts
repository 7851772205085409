/** Ring 3 for pictures: what Pillow and torchvision's tensor backend computed, in and out. */
import { assert, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { affine } from "../../src/data/transforms/affine.ts";
import { downscaleTo } from "../../src/data/transforms/bilinear_downscale.ts";
import { adjustBrightness, adjustContrast, adjustSaturation } from "../../src/data/transforms/color.ts";
import { centerCrop, resizedCrop } from "../../src/data/transforms/crop.ts";
import { flipHorizontally } from "../../src/data/transforms/flip.ts";
import { blur } from "../../src/data/transforms/gaussian_blur.ts";
import { adjustHue } from "../../src/data/transforms/hue.ts";
import { perspective, perspectiveCoefficients } from "../../src/data/transforms/perspective.ts";
import { pixelateTo } from "../../src/data/transforms/pixelate.ts";
import { defaultEvalSteps, pipeline } from "../../src/data/transforms/pipeline.ts";
import { resizeShorterSide } from "../../src/data/transforms/resample.ts";
import { scaledSize } from "../../src/data/transforms/transform.ts";
import type { Picture } from "../../src/data/types.ts";
import { difference, readTransformCases, type TransformCase } from "./reference.ts";

const FOLDER = Deno.env.get("WGRAD_REFERENCE") ?? "../shared/reference";
const reference = readTransformCases(FOLDER);

// deno-lint-ignore no-explicit-any
const operations: Record<string, (picture: Picture, attrs: any) => Picture> = {
  resize: (picture, { shorter_side }) => resizeShorterSide(picture, shorter_side),
  eval: (picture, { resize, center_crop }) => centerCrop(resizeShorterSide(picture, resize), center_crop),
  resized_crop: (picture, { size, ...box }) => resizedCrop(picture, box, size),
  hflip: flipHorizontally,
  brightness: (picture, { factor }) => adjustBrightness(picture, factor),
  contrast: (picture, { factor }) => adjustContrast(picture, factor),
  saturation: (picture, { factor }) => adjustSaturation(picture, factor),
  hue: (picture, { factor }) => adjustHue(picture, factor),
  perspective: (picture, { startpoints, endpoints, interpolation, fill }) => {
    const coefficients = perspectiveCoefficients(startpoints, endpoints)!;
    return perspective(picture, { coefficients, interpolation, fill: [fill, fill, fill] });
  },
  gaussian_blur: (picture, { kernel_size, sigma }) =>
    blur(picture, { kernel: [kernel_size, kernel_size], sigma: [sigma, sigma] }),
  pixelate: (picture, { scale }) => pixelateTo(picture, scaledSize(picture, scale)),
  bilinear_downscale: (picture, { scale }) => downscaleTo(picture, scaledSize(picture, scale)),
  affine: (picture, { fill, ...warp }) => affine(picture, { ...warp, fill: [fill, fill, fill] }),
};

/** Integer arithmetic: must be equal. The others may be off where float32 sums are ordered differently. */
const EXACT = new Set([
  "resize",
  "eval",
  "resized_crop",
  "hflip",
  "brightness",
  "contrast",
  "saturation",
  "pixelate",
  "bilinear_downscale",
]);

function check({ name, op, attrs, input, output }: TransformCase): void {
  const { max, shareOverZero, shareOverOne } = difference(
    operations[op](reference!.picture(input), attrs),
    reference!.picture(output),
  );
  const says = `${name}: largest difference ${max}, ${shareOverZero * 100} % differ`;
  if (EXACT.has(op)) assertEquals(max, 0, says);
  else assert(max <= 2 && shareOverOne <= 0.001, says);
}

for (const op of Object.keys(operations)) {
  const cases = reference?.cases.filter((candidate) => candidate.op === op) ?? [];
  const ignore = reference === undefined;
  Deno.test({
    name: `${op} gives the pictures of Pillow and torchvision`,
    ignore,
    fn: () => cases.forEach(check),
  });
}

Deno.test({
  name: "the default evaluation pipeline gives torchvision's pictures",
  ignore: reference === undefined,
  fn: () => {
    const cases = reference!.cases.filter(({ op }) => op === "eval");
    assert(cases.length > 0);
    for (const { input, output, attrs } of cases) {
      const imageSize = attrs.center_crop;
      if (attrs.resize !== Math.round(imageSize * 256 / 224)) continue;
      const { apply } = pipeline(defaultEvalSteps(imageSize), { imageSize, purpose: "eval" });
      const { max } = difference(apply(reference!.picture(input), rng(1)), reference!.picture(output));
      assertEquals(max, 0, output);
    }
  },
});
