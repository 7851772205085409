/** Turns a list of transforms from the configuration into one function. */
import { ConfigError } from "../../base/errors.ts";
import type { Rng } from "../../base/rng.ts";
import { IMAGENET, type Normalization, type Picture } from "../types.ts";
import { applyOperations } from "./apply.ts";
import { normalizeOptions } from "./normalize.ts";
import { type Operation, type ResizeFilter, type Size, sizeAfter } from "./operation.ts";
import { afterNormalize, makeStep, NORMALIZE, parseOptions, readStep } from "./steps.ts";
import type { Reduction } from "./reduction.ts";
import { resizedSide, type ResizeOptions } from "./resize.ts";
import { sequence, type Step, type Transform } from "./transform.ts";

/** Options of {@link pipeline}. */
export interface PipelineOptions {
  /** The side of the output images. */
  readonly imageSize: number;
  /** "eval" rejects random steps. */
  readonly purpose: "train" | "eval";
}

/** How images are prepared for the network, for users of the model outside wgrad. */
export interface Preprocessing {
  /**
   * The shorter side after resizing, or [height, width] if the aspect ratio is not kept; null if there is no resize.
   */
  readonly resize: number | readonly [height: number, width: number] | null;
  /** The side of the central crop; null if there is none. */
  readonly crop: number | null;
  readonly interpolation: ResizeFilter;
  readonly antialias: boolean;
  readonly channel_order: "RGB";
}

/** A compiled pipeline. */
export interface Pipeline {
  readonly imageSize: number;
  /** True if a step draws random numbers. */
  readonly random: boolean;
  readonly normalization: Normalization;
  readonly preprocessing: Preprocessing;
  /** How far images may be reduced before; undefined if all their pixels are needed. */
  readonly takes: Reduction | undefined;
  /**
   * The operations for an image of `size`, in order. Throws a RangeError if the result would not be imageSize x
   * imageSize.
   */
  draw(size: Size, rng: Rng): readonly Operation[];
  /** `picture` after the operations of `draw`, computed on the CPU. */
  apply(picture: Picture, rng: Rng): Picture;
}

/** RandomResizedCrop, RandomHorizontalFlip(.5), ColorJitter(.2, .2, .2, .1), Normalize(ImageNet) [DATA-03, 04]. */
export function defaultTrainSteps(): Step[] {
  return [
    { random_resized_crop: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } },
    { random_horizontal_flip: { p: 0.5 } },
    { color_jitter: { brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 } },
    { normalize: {} },
  ];
}

/** Resize(round(size * 256 / 224)), CenterCrop(size), Normalize(ImageNet) [DATA-05]. */
export function defaultEvalSteps(imageSize: number): Step[] {
  const resize = Math.round((imageSize * 256) / 224);
  return [{ resize: { size: resize } }, { center_crop: { size: imageSize } }, { normalize: {} }];
}

/**
 * Compiles `steps` into a pipeline. `normalize` may appear once, followed only by steps that act on the normalised
 * image, such as `random_erasing`; without it ImageNet's values are used.
 *
 * @throws ConfigError if a step is unknown (naming the nearest one), has an unknown or invalid option, or is random
 * in an evaluation pipeline
 */
export function pipeline(steps: readonly Step[], options: PipelineOptions): Pipeline {
  const { imageSize, purpose } = options;
  const place = `transforms.${purpose}`;
  const made: Transform[] = [];
  let random = false, normalization = IMAGENET;
  let preprocessing: Preprocessing = {
    resize: null,
    crop: null,
    interpolation: "bilinear",
    antialias: true,
    channel_order: "RGB",
  };
  let normalized = false;
  let takes: Reduction | "any" | undefined = "any";
  steps.forEach((step, i) => {
    const { name, given, plugin } = readStep(step, `${place}[${i}]`);
    if (plugin?.random && purpose === "eval") throw randomInEval(name, `${place}[${i}]`);
    if (normalized !== (plugin?.afterNormalize ?? false)) {
      throw misplaced(name, `${place}[${i}]`, normalized);
    }
    if (plugin === undefined) {
      normalization = parseOptions(normalizeOptions, given, `${place}[${i}].${name}`);
      normalized = true;
      return;
    }
    const { transform, parsed } = makeStep({ name, given, plugin }, `${place}[${i}]`, imageSize);
    made.push(transform);
    if (takes === "any") takes = plugin.takes?.(parsed, { imageSize });
    random ||= plugin.random;
    preprocessing = { ...preprocessing, ...preparedBy(name, parsed, imageSize) };
  });
  const drawAll = sequence(made);
  const draw = (size: Size, rng: Rng) => {
    const operations = drawAll(size, rng);
    checkSize(operations.reduce((before, operation) => sizeAfter(operation, before), size), options);
    return operations;
  };
  const apply = (picture: Picture, rng: Rng) => applyOperations(picture, draw(picture, rng), normalization);
  return {
    imageSize,
    random,
    normalization,
    preprocessing,
    takes: takes === "any" ? undefined : takes,
    draw,
    apply,
  };
}

function misplaced(name: string, place: string, normalized: boolean): ConfigError {
  const reason = !normalized
    ? "it acts on the normalised image, so it must come after normalize"
    : name === NORMALIZE
    ? "the image is already normalised; keep one normalize step"
    : `only ${afterNormalize().join(", ")} may come after normalize`;
  return new ConfigError(`Cannot use ${name} at ${place}: ${reason}`);
}

function randomInEval(name: string, place: string): ConfigError {
  return new ConfigError(
    `Cannot use ${name} at ${place}: it is random, but evaluation must see the same image each time; ` +
      `move it to transforms.train`,
  );
}

function preparedBy(name: string, parsed: unknown, imageSize: number): Partial<Preprocessing> {
  if (name === "resize") {
    const { keep_aspect, interpolation, ...sizes } = parsed as ResizeOptions;
    const size = resizedSide(sizes, imageSize);
    return { resize: keep_aspect ? size : [size, size], interpolation };
  }
  if (name === "center_crop") {
    return { crop: (parsed as Pick<ResizeOptions, "size">).size ?? imageSize };
  }
  return {};
}

function checkSize({ width, height }: Size, { imageSize, purpose }: PipelineOptions): void {
  if (width === imageSize && height === imageSize) return;
  throw new RangeError(
    `Cannot batch image: transforms.${purpose} must produce ` +
      `${imageSize}x${imageSize}, current size is ${width}x${height}; end with center_crop, random_resized_crop or resize with keep_aspect=false`,
  );
}
