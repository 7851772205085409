/**
 * The operations that automatic augmentation draws from, by torchvision's names, and their strengths by bin: what
 * torchvision.transforms.v2 does on 8-bit tensors, whose magnitudes are float32.
 */
import type { Rng } from "../../base/rng.ts";
import { UNMOVED } from "./affine.ts";
import type { AffineWarp, ColorStep, Operation, Size } from "./operation.ts";
import { roundHalfEven } from "./transform.ts";
import type { Warping } from "./warping.ts";

const f = Math.fround;

/** The operation of a magnitude on an image of a size; none if it changes nothing. */
type Make = (magnitude: number, size: Size, warping: Warping) => Operation | undefined;

const degrees = (slope: number) => Math.atan(slope) * 180 / Math.PI;
const warp = (move: Partial<AffineWarp>, warping: Warping): Operation => ({
  kind: "affine",
  ...UNMOVED,
  ...move,
  ...warping,
});
const color = (what: ColorStep["what"], by: number): Operation => ({ kind: "color", steps: [{ what, by }] });

const makers = {
  Identity: () => undefined,
  // Shears keep the upper left corner in place.
  ShearX: (slope, { height }, warping) =>
    warp({ shear: [degrees(slope), 0], translate: [-slope * height / 2, 0] }, warping),
  ShearY: (slope, { width }, warping) =>
    warp({ shear: [0, degrees(slope)], translate: [0, -slope * width / 2] }, warping),
  TranslateX: (pixels, _, warping) => warp({ translate: [Math.trunc(pixels), 0] }, warping),
  TranslateY: (pixels, _, warping) => warp({ translate: [0, Math.trunc(pixels)] }, warping),
  Rotate: (angle, _, warping) => warp({ angle: -angle }, warping),
  Brightness: (more) => color("tensor_brightness", 1 + more),
  Color: (more) => color("tensor_saturation", 1 + more),
  Contrast: (more) => color("tensor_contrast", 1 + more),
  Sharpness: (more) => ({ kind: "sharpness", by: 1 + more }),
  Posterize: (bits) => color("posterize", Math.trunc(bits)),
  Solarize: (share) => color("solarize", 255 * share),
  AutoContrast: () => color("autocontrast", 0),
  Equalize: () => color("equalize", 0),
  Invert: () => color("solarize", 0),
} satisfies Readonly<Record<string, Make>>;

/** The name of an operation. */
export type AugmentationName = keyof typeof makers;

/** The names of all operations. */
export const augmentationNames = Object.keys(makers) as AugmentationName[];

/** The operation `name` at a magnitude, for an image of `size`. */
export function augmentation(
  name: AugmentationName,
  magnitude: number,
  size: Size,
  warping: Warping,
): Operation | undefined {
  return (makers[name] as Make)(magnitude, size, warping);
}

/** The strengths of an operation. */
export interface Strength {
  /** The magnitude of bin `i` of `bins`. */
  at(i: number, bins: number, size: Size): number;
  /** True if half of the draws have the opposite sign. */
  readonly signed: boolean;
}

/** The operations of a policy and their strengths; undefined for what has none. */
export type AugmentationSpace = Readonly<Partial<Record<AugmentationName, Strength | undefined>>>;

/** torch.linspace(start, end, bins)[i]: a multiply-add in float32 from the nearer end. */
function spaced(start: number, end: number, i: number, bins: number): number {
  const step = f((end - start) / (bins - 1));
  return i < bins >> 1 ? f(start + step * i) : f(end - step * (bins - 1 - i));
}

/** 0 .. `most` in even steps, with either sign; `most` may follow from the size. */
export function upTo(most: number | ((size: Size) => number)): Strength {
  const end = typeof most === "number" ? () => most : most;
  return { signed: true, at: (i, bins, size) => spaced(0, f(end(size)), i, bins) };
}

/** `most` bits down to `most - fewer`. */
export function bits(most: number, fewer: number): Strength {
  return { signed: false, at: (i, bins) => roundHalfEven(f(most - f(i / f((bins - 1) / fewer)))) };
}

/** All levels down to none, as the share of the levels that remain. */
export const solarizing: Strength = { signed: false, at: (i, bins) => spaced(1, 0, i, bins) };

/** The operations of AutoAugment's authors, without what each of their methods has besides. */
export const moderate: AugmentationSpace = {
  ShearX: upTo(0.3),
  ShearY: upTo(0.3),
  TranslateX: upTo(({ width }) => 150 / 331 * width),
  TranslateY: upTo(({ height }) => 150 / 331 * height),
  Rotate: upTo(30),
  Brightness: upTo(0.9),
  Color: upTo(0.9),
  Contrast: upTo(0.9),
  Sharpness: upTo(0.9),
  Posterize: bits(8, 4),
  Solarize: solarizing,
  AutoContrast: undefined,
  Equalize: undefined,
};

/** The operation `name` of `space` at bin `i` of `bins`, with a drawn sign where it has one. */
export function drawAugmentation(
  space: AugmentationSpace,
  name: AugmentationName,
  [i, bins]: readonly [bin: number, bins: number],
  size: Size,
  warping: Warping,
  rng: Rng,
): readonly Operation[] {
  const strength = space[name];
  const magnitude = strength === undefined ? 0 : strength.at(i, bins, size);
  const sign = strength?.signed && rng.uniform() < 0.5 ? -1 : 1;
  const operation = augmentation(name, sign * magnitude, size, warping);
  return operation === undefined ? [] : [operation];
}

/** A name of `space`, each as often as another. */
export function drawName(space: AugmentationSpace, rng: Rng): AugmentationName {
  const names = Object.keys(space) as AugmentationName[];
  return names[rng.integer(names.length)];
}
