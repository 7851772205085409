/**
 * What is done to a picture, with all that chance decided: plain data. A transform draws operations from its options
 * and random numbers; a processor (`apply.ts`) or a GPU (`gpu/`) carries them out, to the same levels.
 */

/** A picture's sides, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of a picture, in pixels; it may reach beyond the picture's edges. */
export interface Box extends Size {
  readonly top: number;
  readonly left: number;
}

/** Levels of R, G and B, 0 .. 255. */
export type Color = readonly [number, number, number];

/** How to read a warped picture between its pixels. */
export type Interpolation = "nearest" | "bilinear";

/** One change of a picture's colours: a factor, or for the hue a shift in turns, -0.5 .. 0.5. */
export interface ColorStep {
  readonly what: "brightness" | "contrast" | "saturation" | "hue";
  readonly by: number;
}

/** A warp about the picture's centre. */
export interface AffineWarp {
  /** Clockwise, in degrees. */
  readonly angle: number;
  /** Right and down, in pixels. */
  readonly translate: readonly [number, number];
  readonly scale: number;
  /** Along x and y, in degrees. */
  readonly shear: readonly [number, number];
  readonly interpolation: Interpolation;
  /** What the warped picture does not cover. */
  readonly fill: Color;
}

/** What can be done to a picture. */
export type Operation =
  /** Antialiased bilinear resize to width x height. */
  | ({ readonly kind: "resize" } & Size)
  /** Cuts a box; what lies outside the picture is black. */
  | ({ readonly kind: "crop" } & Box)
  /** Mirrors left to right. */
  | { readonly kind: "flip" }
  /** Changes colours, one step after the other. */
  | { readonly kind: "color"; readonly steps: readonly ColorStep[] }
  | ({ readonly kind: "affine" } & AffineWarp);

/** One kind of operation. */
export type OperationOf<Kind extends Operation["kind"]> = Extract<Operation, { readonly kind: Kind }>;

/** The size of a picture of `size` after `operation`. */
export function sizeAfter(operation: Operation, size: Size): Size {
  if (operation.kind !== "resize" && operation.kind !== "crop") return size;
  return { width: operation.width, height: operation.height };
}
