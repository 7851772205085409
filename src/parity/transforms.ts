/** transforms.json: 8-bit images in and out, against Pillow and torchvision. */
import * as z from "zod";
import { DataError } from "../base/errors.ts";
import { affine } from "../data/transforms/affine.ts";
import { downscaleTo } from "../data/transforms/bilinear_downscale.ts";
import { adjustBrightness, adjustContrast, adjustSaturation } from "../data/transforms/color.ts";
import { centerCrop, resizedCrop } from "../data/transforms/crop.ts";
import { flipHorizontally } from "../data/transforms/flip.ts";
import { blur } from "../data/transforms/gaussian_blur.ts";
import { adjustHue } from "../data/transforms/hue.ts";
import { jpegRoundTrip } from "../data/transforms/jpeg_round_trip.ts";
import {
  type Interpolation,
  type Operation,
  resizeFilters,
  type Size,
} from "../data/transforms/operation.ts";
import { perspective, perspectiveCoefficients } from "../data/transforms/perspective.ts";
import { pixelateTo } from "../data/transforms/pixelate.ts";
import { resizeShorterSide } from "../data/transforms/resample.ts";
import { scaledSize } from "../data/transforms/transform.ts";
import { augmentation, augmentationNames } from "../data/transforms/augmentation_space.ts";
import { applyOperation, applyOperations } from "../data/transforms/apply.ts";
import { zoomOut } from "../data/transforms/zoom_out.ts";
import type { Picture } from "../data/types.ts";
import { counted, type ParityCase, type Suite } from "./case.ts";
import type { Comparison } from "./compare.ts";
import type { CaseFolder, CaseTensors } from "./folder.ts";

/** The largest allowed error in levels. */
const MOST_LEVELS = 2;
/** The share of values that may be off by more than one level. */
const MOST_OVER_ONE = .001;

const transformCase = z.object({
  name: z.string(),
  op: z.string(),
  input: z.string(),
  output: z.string(),
  attrs: z.record(z.string(), z.unknown()),
});
const table = z.object({ cases: z.array(transformCase) });

/** A transform of images, with its attributes parsed. */
type Apply = (picture: Picture) => Picture;

const side = z.int().positive();
const pair = z.tuple([z.number(), z.number()]);
const corners = z.tuple([pair, pair, pair, pair]);
const color = z.tuple([z.number(), z.number(), z.number()]);
const share = z.object({ scale: z.number().positive().max(1) });

/** A transform whose attributes have not been parsed. */
type Reader = (name: string, given: unknown) => Apply | Uncovered;

/** An attribute value for which wgrad has no transform. */
class Uncovered {
  constructor(readonly attribute: string) {}
}

/** Ties attributes to the transform that they describe. */
function transform<Schema extends z.ZodType>(
  attrs: Schema,
  apply: (picture: Picture, attrs: z.output<Schema>) => Picture,
): Reader {
  return (name, given) => {
    const parsed = attrs.safeParse(given);
    if (parsed.success) return (picture) => apply(picture, parsed.data);
    const { code, path, message } = parsed.error.issues[0];
    const attribute = path.join("."), current = (given as Record<string, unknown>)[attribute];
    if (code === "invalid_value" && current !== undefined) {
      return new Uncovered(`${attribute} ${JSON.stringify(current)}`);
    }
    throw new DataError(`Cannot run parity case ${name}: its attribute ${attribute} is broken: ${message}`);
  };
}

const factor = (adjust: (picture: Picture, factor: number) => Picture) =>
  transform(z.object({ factor: z.number() }), (picture, { factor }) => adjust(picture, factor));

const operation = z.enum(augmentationNames);
const interpolation = z.enum(["nearest", "bilinear"]);

function augmented(
  name: z.output<typeof operation>,
  magnitude: number,
  size: Size,
  interpolation: Interpolation,
): Operation[] {
  const drawn = augmentation(name, magnitude, size, { interpolation, fill: [0, 0, 0] });
  return drawn === undefined ? [] : [drawn];
}

/** The transforms, by their names in the files. */
const transforms: Readonly<Record<string, Reader>> = {
  resize: transform(
    z.object({
      shorter_side: side,
      interpolation: z.enum(resizeFilters).default("bilinear"),
      antialias: z.literal(true).default(true),
    }),
    (picture, { shorter_side, interpolation }) => resizeShorterSide(picture, shorter_side, interpolation),
  ),
  eval: transform(
    z.object({ resize: side, center_crop: side }),
    (picture, { resize, center_crop }) => centerCrop(resizeShorterSide(picture, resize), center_crop),
  ),
  resized_crop: transform(
    z.object({ top: z.int(), left: z.int(), height: side, width: side, size: side }),
    (picture, { size, ...box }) => resizedCrop(picture, box, size),
  ),
  hflip: transform(z.object({}), (picture) => flipHorizontally(picture)),
  brightness: factor(adjustBrightness),
  contrast: factor(adjustContrast),
  saturation: factor(adjustSaturation),
  hue: factor(adjustHue),
  affine: transform(
    z.object({
      angle: z.number(),
      translate: pair,
      scale: z.number().positive(),
      shear: pair,
      interpolation,
      fill: z.number(),
    }),
    (picture, { fill, ...warp }) => affine(picture, { ...warp, fill: [fill, fill, fill] }),
  ),
  perspective: transform(
    z.object({
      startpoints: corners,
      endpoints: corners,
      interpolation,
      fill: z.number(),
    }),
    (picture, { startpoints, endpoints, interpolation, fill }) => {
      const coefficients = perspectiveCoefficients(startpoints, endpoints);
      if (coefficients === undefined) {
        throw new RangeError(`Cannot warp image from ${startpoints} to ${endpoints}: they have no area`);
      }
      return perspective(picture, { coefficients, interpolation, fill: [fill, fill, fill] });
    },
  ),
  gaussian_blur: transform(
    z.object({ kernel_size: side, sigma: z.number().positive() }),
    (picture, { kernel_size, sigma }) =>
      blur(picture, { kernel: [kernel_size, kernel_size], sigma: [sigma, sigma] }),
  ),
  jpeg: transform(z.object({ quality: z.int() }), (picture, { quality }) => jpegRoundTrip(picture, quality)),
  zoom_out: transform(
    z.object({ width: side, height: side, left: z.int(), top: z.int(), fill: color }),
    zoomOut,
  ),
  pixelate: transform(share, (picture, { scale }) => pixelateTo(picture, scaledSize(picture, scale))),
  grayscale: transform(z.object({}), (picture) => adjustSaturation(picture, 0)),
  augmentation: transform(
    z.object({
      operation,
      magnitude: z.number(),
      interpolation,
    }),
    (picture, { operation, magnitude, interpolation }) =>
      applyOperations(picture, augmented(operation, magnitude, picture, interpolation)),
  ),
  mix: transform(
    z.object({
      original: z.number(),
      chains: z.array(z.object({ share: z.number(), operations: z.array(z.tuple([operation, z.number()])) })),
      interpolation,
    }),
    (picture, { original, chains, interpolation }) => {
      const drawn = chains.map(({ share, operations }) => ({
        share,
        operations: operations.flatMap(([name, magnitude]) =>
          augmented(name, magnitude, picture, interpolation)
        ),
      }));
      return applyOperation(picture, { kind: "mix", original, chains: drawn });
    },
  ),
  bilinear_downscale: transform(
    share,
    (picture, { scale }) => downscaleTo(picture, scaledSize(picture, scale)),
  ),
};

/** The cases of transforms.json. */
export async function transformCases(folder: CaseFolder): Promise<Suite> {
  const { cases: given } = await folder.json("transforms.json", table);
  const tensors = await folder.tensors("transforms.safetensors");
  const cases: ParityCase[] = [], notCovered: string[] = [];
  for (const { name: plain, op, attrs, input, output } of given) {
    const name = `transform_${plain}`;
    const apply = Object.hasOwn(transforms, op) ? transforms[op](name, attrs) : undefined;
    if (apply === undefined) notCovered.push(op);
    else if (apply instanceof Uncovered) notCovered.push(`${op} with ${apply.attribute}`);
    else {
      const compared = () => comparePictures(apply(pictureOf(tensors, input)), pictureOf(tensors, output));
      cases.push({ name, gpu: false, run: () => [{ name, comparisons: [compared()] }] });
    }
  }
  return { cases, notCovered: counted(notCovered) };
}

function pictureOf(tensors: CaseTensors, key: string): Picture {
  const { dtype, shape, data } = tensors.get(key);
  const [height, width, channels] = shape;
  if (dtype === "U8" && shape.length === 3 && channels === 3) return { width, height, data };
  throw new DataError(
    `Cannot run parity: "${key}" must be an image, U8 [H, W, 3], current tensor is ${dtype} [${shape}]`,
  );
}

/** The error is the largest difference in levels; the share is that of whichever limit is closer. */
export function comparePictures(actual: Picture, expected: Picture): Comparison {
  const what = "picture", tolerance = MOST_LEVELS;
  const size = ({ width, height }: Picture) => `${width}x${height}`;
  if (size(actual) !== size(expected)) {
    const worst = `the image is ${size(actual)}, the reference ${size(expected)}`;
    return { what, error: Infinity, tolerance, share: Infinity, worst };
  }
  let error = 0, at = 0, over = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const here = Math.abs(actual.data[i] - expected.data[i]);
    if (here > 1) over++;
    if (here > error) [error, at] = [here, i];
  }
  const part = over / expected.data.length;
  const worst = `value ${at} is ${actual.data[at]}, the reference ${expected.data[at]}; ${over} values of ` +
    `${expected.data.length} are off by more than one level`;
  const share = Math.max(error / MOST_LEVELS, part / MOST_OVER_ONE);
  return { what, error, tolerance, share, worst, unit: "level" };
}
