/** RandomAffine as in torchvision: random rotation, translation, scale and shear about the centre. */
import * as z from "zod";
import type { Rng } from "../../base/rng.ts";
import type { AffineWarp } from "./operation.ts";
import { defineTransform, range, roundHalfEven, type TransformPlugin } from "./transform.ts";
import { warpingOf, warpingOptions } from "./warping.ts";

const share = z.number().min(0).max(1);
const angle = z.number().gt(-90).lt(90);
const symmetric = (most: number) => z.number().min(0).max(most);

type Range = readonly [number, number];

interface Ranges {
  readonly degrees: Range;
  readonly translate: Range | undefined;
  readonly scale: Range | undefined;
  readonly shearX: Range;
  readonly shearY: Range;
}

function draw(
  width: number,
  height: number,
  ranges: Ranges,
  rng: Rng,
): Omit<AffineWarp, "interpolation" | "fill"> {
  const { degrees, translate, scale, shearX, shearY } = ranges;
  const between = ([low, high]: Range) => low === high ? low : rng.uniform(low, high);
  const shift = (most: number) => roundHalfEven(between([-most, most]));
  return {
    angle: between(degrees),
    translate: translate ? [shift(translate[0] * width), shift(translate[1] * height)] : [0, 0],
    scale: scale ? between(scale) : 1,
    shear: [between(shearX), between(shearY)],
  };
}

/**
 * Rotates by `degrees` (x means -x .. x), translates by up to `translate` of width and height, scales by a factor in
 * `scale`, and shears by `shear` degrees: x, or [low, high] along x, or [low, high, low, high] along x and y.
 */
export const random_affine: TransformPlugin = defineTransform({
  options: z.strictObject({
    degrees: z.union([symmetric(180), range(-360)]),
    translate: z.tuple([share, share]).optional(),
    scale: range(1e-3).optional(),
    shear: z.union([symmetric(89), z.tuple([angle, angle]), z.tuple([angle, angle, angle, angle])])
      .optional(),
    ...warpingOptions("nearest"),
  }),
  random: true,
  make: ({ degrees, translate, scale, shear = 0, ...options }) => {
    const turn: Range = typeof degrees === "number" ? [-degrees, degrees] : degrees;
    const shears = typeof shear === "number" ? [-shear, shear] : shear;
    const ranges: Ranges = {
      degrees: turn,
      translate,
      scale,
      shearX: [shears[0], shears[1]],
      shearY: shears.length === 4 ? [shears[2]!, shears[3]!] : [0, 0],
    };
    const warping = warpingOf(options);
    return ({ width, height }, rng) => [
      { kind: "affine", ...draw(width, height, ranges, rng), ...warping },
    ];
  },
});
