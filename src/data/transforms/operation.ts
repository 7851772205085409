/**
 * Operations on images with all random choices already made, as plain data. Transforms draw operations from their
 * options and random numbers; the CPU (`apply.ts`) or the GPU (`gpu/`) executes them with identical results.
 */

/** The sides of an image, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Part of an image, in pixels; it may extend beyond the image's edges. */
export interface Box extends Size {
  readonly top: number;
  readonly left: number;
}

/** Levels of R, G and B, 0 .. 255. */
export type Color = readonly [number, number, number];

/** The filters of an antialiased resize: Pillow's triangle, and its cubic with a = -0.5, which keeps edges sharper. */
export const resizeFilters = ["bilinear", "bicubic"] as const;

/** The filter of an antialiased resize. */
export type ResizeFilter = typeof resizeFilters[number];

/** How to interpolate a warped image between pixels. */
export type Interpolation = "nearest" | "bilinear";

/** One adjustment of colours; as Pillow has it, or with `tensor_` as torchvision's 8-bit tensors have it. */
export interface ColorStep {
  readonly what:
    | "brightness"
    | "contrast"
    | "saturation"
    | "tensor_brightness"
    | "tensor_contrast"
    | "tensor_saturation"
    | "hue"
    | "posterize"
    | "solarize"
    | "equalize"
    | "autocontrast";
  /**
   * A factor; for hue a shift in turns, -0.5 .. 0.5; for posterize the bits that are kept, 0 .. 8; for solarize the
   * lowest level that is inverted; equalize and autocontrast have none, 0.
   */
  readonly by: number;
}

/** A warp about the image's centre. */
export interface AffineWarp {
  /** Clockwise, in degrees. */
  readonly angle: number;
  /** Right and down, in pixels. */
  readonly translate: readonly [number, number];
  readonly scale: number;
  /** Along x and y, in degrees. */
  readonly shear: readonly [number, number];
  readonly interpolation: Interpolation;
  /** The colour of areas that the warped image does not cover. */
  readonly fill: Color;
}

/** Maps each position of the result to a position in the source: torchvision's _perspective_grid. */
export interface PerspectiveWarp {
  /**
   * a .. h of x' = (a x + b y + c) / (g x + h y + 1), y' = (d x + e y + f) / (g x + h y + 1), float32, where (x, y)
   * is the centre of the result's pixel (column + 0.5, row + 0.5) and (x', y') the position in the source.
   */
  readonly coefficients: readonly [number, number, number, number, number, number, number, number];
  readonly interpolation: Interpolation;
  /** The colour of areas that the warped image does not cover. */
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
 * Gaussian noise with a standard deviation of `sigma` levels. Under `key`, Threefry-2x32 produces the words a, b of
 * red and green from the counter (row * width + column, 0) and those of blue from (row * width + column, 1). From
 * them Box-Muller makes, in float32, r = sqrt(-2 ln(((a >> 8) + 1) / 2^24)) and t = 2 pi (b >> 8) / 2^24: red r cos
 * t, green r sin t, blue r cos t of its own words. A level v becomes round(v + sigma n), ties to even, within 0 ..
 * 255.
 */
export interface Noise {
  readonly sigma: number;
  readonly key: readonly [number, number];
}

/** A version of an image, and its share of a mixture. */
export interface MixedChain {
  readonly share: number;
  /** What makes the version, keeping the size. */
  readonly operations: readonly Operation[];
}

/** Operations on images. All but `resize` and `crop` keep the size. */
export type Operation =
  /** Antialiased resize to width x height, by default bilinear. */
  | ({ readonly kind: "resize"; readonly interpolation?: ResizeFilter } & Size)
  /** Crops a box; the area outside the image is black. */
  | ({ readonly kind: "crop" } & Box)
  /** Mirrors left to right. */
  | { readonly kind: "flip" }
  /** Adjusts colours, one step after the other. */
  | { readonly kind: "color"; readonly steps: readonly ColorStep[] }
  | ({ readonly kind: "affine" } & AffineWarp)
  | ({ readonly kind: "perspective" } & PerspectiveWarp)
  | ({ readonly kind: "blur" } & Blur)
  /** Blends with the image smoothed in 3 x 3 pixels: 0 gives that image, 1 the original, 2 twice the sharpness. */
  | { readonly kind: "sharpness"; readonly by: number }
  /** The effect of baseline JPEG at this quality, 1 .. 100, with chroma at half resolution. */
  | { readonly kind: "jpeg"; readonly quality: number }
  /** To width x height and back by nearest neighbour. */
  | ({ readonly kind: "pixelate" } & Size)
  /** To width x height and back by antialiased bilinear resizing. */
  | ({ readonly kind: "downscale" } & Size)
  | ({ readonly kind: "noise" } & Noise)
  /** Resizes to the box's width x height and places it at the box in an image of `fill` of the original size. */
  | ({ readonly kind: "zoom_out"; readonly fill: Color } & Box)
  /** Mixes the image, which has the share `original`, with changed versions of it. */
  | { readonly kind: "mix"; readonly original: number; readonly chains: readonly MixedChain[] }
  /** Sets a box of the normalised image to `value` (R, G, B); only erase operations may follow. */
  | ({ readonly kind: "erase"; readonly value: readonly [number, number, number] } & Box);

/** One kind of operation. */
export type OperationOf<Kind extends Operation["kind"]> = Extract<Operation, { readonly kind: Kind }>;

/** The size of an image of `size` after `operation`. */
export function sizeAfter(operation: Operation, size: Size): Size {
  if (operation.kind !== "resize" && operation.kind !== "crop") return size;
  return { width: operation.width, height: operation.height };
}
