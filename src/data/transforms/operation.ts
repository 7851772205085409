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

/** A place of the picture for each place of the result: torchvision's _perspective_grid. */
export interface PerspectiveWarp {
  /**
   * a .. h of x' = (a x + b y + c) / (g x + h y + 1), y' = (d x + e y + f) / (g x + h y + 1), float32, where (x, y)
   * is the middle of the result's pixel (column + 0.5, row + 0.5) and (x', y') the place in the picture.
   */
  readonly coefficients: readonly [number, number, number, number, number, number, number, number];
  readonly interpolation: Interpolation;
  /** What the warped picture does not cover. */
  readonly fill: Color;
}

/** A Gaussian blur in a window; x first, then y. */
export interface Blur {
  /** Sides of the window in pixels, odd. */
  readonly kernel: readonly [number, number];
  /** Standard deviations in pixels, above 0. */
  readonly sigma: readonly [number, number];
}

/**
 * Gaussian noise of standard deviation `sigma` levels. Threefry-2x32 under `key` gives for the counter
 * (row * width + column, 0) the words a, b of red and green and for (row * width + column, 1) those of blue, from
 * which Box-Muller makes, in float32, r = sqrt(-2 ln(((a >> 8) + 1) / 2^24)) and t = 2 pi (b >> 8) / 2^24: red
 * r cos t, green r sin t, blue r cos t of its own words. A level v becomes round(v + sigma n), ties to even, within
 * 0 .. 255.
 */
export interface Noise {
  readonly sigma: number;
  readonly key: readonly [number, number];
}

/** What can be done to a picture. Operations keep its size but for `resize` and `crop`. */
export type Operation =
  /** Antialiased bilinear resize to width x height. */
  | ({ readonly kind: "resize" } & Size)
  /** Cuts a box; what lies outside the picture is black. */
  | ({ readonly kind: "crop" } & Box)
  /** Mirrors left to right. */
  | { readonly kind: "flip" }
  /** Changes colours, one step after the other. */
  | { readonly kind: "color"; readonly steps: readonly ColorStep[] }
  | ({ readonly kind: "affine" } & AffineWarp)
  | ({ readonly kind: "perspective" } & PerspectiveWarp)
  | ({ readonly kind: "blur" } & Blur)
  /** What baseline JPEG of this quality, 1 .. 100, with chroma at half the sides leaves of a picture. */
  | { readonly kind: "jpeg"; readonly quality: number }
  /** To width x height and back by the nearest pixel. */
  | ({ readonly kind: "pixelate" } & Size)
  /** To width x height and back by antialiased bilinear resizes. */
  | ({ readonly kind: "downscale" } & Size)
  | ({ readonly kind: "noise" } & Noise)
  /** Resizes to the box's width x height and puts that at its place in a picture of `fill`, of the old size. */
  | ({ readonly kind: "zoom_out"; readonly fill: Color } & Box)
  /** Sets a box of the normalised picture to `value` (R, G, B); nothing but an erase may follow one. */
  | ({ readonly kind: "erase"; readonly value: readonly [number, number, number] } & Box);

/** One kind of operation. */
export type OperationOf<Kind extends Operation["kind"]> = Extract<Operation, { readonly kind: Kind }>;

/** The size of a picture of `size` after `operation`. */
export function sizeAfter(operation: Operation, size: Size): Size {
  if (operation.kind !== "resize" && operation.kind !== "crop") return size;
  return { width: operation.width, height: operation.height };
}
