/** A list of transforms, as a configuration gives it, made into one function. */
import type * as z from "zod";
import { ConfigError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import type { Rng } from "../../base/rng.ts";
import { IMAGENET, type Normalization, type Picture } from "../types.ts";
import { transforms } from "./mod.ts";
import { normalizeOptions } from "./normalize.ts";
import { applyOperations } from "./apply.ts";
import { type Operation, type Size, sizeAfter } from "./operation.ts";
import type { Transform, TransformPlugin } from "./transform.ts";

/** One step of a list: `{name: options}`, `{name: null}`, or the name alone. */
export type Step = string | Readonly<Record<string, unknown>>;

/** What a pipeline is for. */
export interface PipelineOptions {
  /** The side of the pictures that come out. */
  readonly imageSize: number;
  /** "eval" refuses random steps. */
  readonly purpose: "train" | "eval";
}

/** How pictures are prepared for the network, for those who use the model elsewhere. */
export interface Preprocessing {
  /** The shorter side after resizing, or null if there is no resize. */
  readonly resize: number | null;
  /** The side of the central crop, or null if there is none. */
  readonly crop: number | null;
  readonly interpolation: "bilinear";
  readonly antialias: boolean;
  readonly channel_order: "RGB";
}

/** A ready pipeline. */
export interface Pipeline {
  readonly imageSize: number;
  /** True if a step draws random numbers. */
  readonly random: boolean;
  readonly normalization: Normalization;
  readonly preprocessing: Preprocessing;
  /**
   * What is to be done to a picture of `size`, by the steps one after the other. Throws a RangeError if what comes
   * out would not be imageSize x imageSize.
   */
  draw(size: Size, rng: Rng): readonly Operation[];
  /** `picture` after what `draw` says, made on the processor. */
  apply(picture: Picture, rng: Rng): Picture;
}

const NORMALIZE = "normalize";

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
 * Makes a pipeline of `steps`. `normalize` may stand at the end alone; without it ImageNet's values are used.
 *
 * Throws a ConfigError if a step is unknown (with the nearest name), has an option that is unknown or out of range,
 * or is random in an evaluation pipeline.
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
  steps.forEach((step, i) => {
    const { name, given } = readStep(step, `${place}[${i}]`);
    if (name === NORMALIZE) {
      if (i !== steps.length - 1) {
        throw new ConfigError(`Cannot use normalize at ${place}[${i}]: it must come last`);
      }
      normalization = parse(normalizeOptions, given, `${place}[${i}].${name}`);
      return;
    }
    const plugin = (transforms as Readonly<Record<string, TransformPlugin>>)[name];
    if (plugin.random && purpose === "eval") throw randomInEval(name, `${place}[${i}]`);
    const parsed = parse(plugin.options, given, `${place}[${i}].${name}`);
    made.push(plugin.make(parsed, { imageSize }));
    random ||= plugin.random;
    preprocessing = { ...preprocessing, ...sizesOf(name, parsed, imageSize) };
  });
  const draw = (size: Size, rng: Rng) => {
    const operations: Operation[] = [];
    for (const step of made) {
      const drawn = step(size, rng);
      operations.push(...drawn);
      size = drawn.reduce((before, operation) => sizeAfter(operation, before), size);
    }
    checkSize(size, options);
    return operations;
  };
  const apply = (picture: Picture, rng: Rng) => applyOperations(picture, draw(picture, rng));
  return { imageSize, random, normalization, preprocessing, draw, apply };
}

function readStep(step: Step, place: string): { name: string; given: unknown } {
  const keys = typeof step === "string" ? [step] : Object.keys(step ?? {});
  if (keys.length !== 1) {
    const current = keys.length === 0 ? "none" : keys.map((key) => `"${key}"`).join(", ");
    throw new ConfigError(`Cannot read ${place} as it must name one transform: current names are ${current}`);
  }
  const [name] = keys;
  const known = [...Object.keys(transforms), NORMALIZE];
  if (!known.includes(name)) {
    const near = nearest(name, known);
    throw new ConfigError(
      `Cannot find the transform "${name}" of ${place}: ${near ? `did you mean "${near}"? ` : ""}` +
        `Valid names are ${known.join(", ")}`,
    );
  }
  return { name, given: typeof step === "string" ? {} : step[name] ?? {} };
}

function parse<Schema extends z.ZodType>(schema: Schema, given: unknown, place: string): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const key = [place, ...issue.path].join(".");
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys((schema as unknown as { shape?: object }).shape ?? {});
    const near = nearest(issue.keys[0], known);
    const cure = near ? `did you mean "${near}"? ` : "";
    throw new ConfigError(
      `Cannot use ${key} as "${issue.keys[0]}" is unknown: ${cure}Valid keys are ${known.join(", ")}`,
    );
  }
  const current = issue.path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown>)?.[part],
    given,
  );
  throw new ConfigError(`Cannot use ${key} as ${issue.message}: current value is ${JSON.stringify(current)}`);
}

function randomInEval(name: string, place: string): ConfigError {
  return new ConfigError(
    `Cannot use ${name} at ${place} as it is random: evaluation must see the same picture each time, ` +
      `so move it to transforms.train`,
  );
}

function sizesOf(name: string, parsed: unknown, imageSize: number): Partial<Preprocessing> {
  const size = (parsed as { size?: number }).size ?? imageSize;
  return name === "resize" ? { resize: size } : name === "center_crop" ? { crop: size } : {};
}

function checkSize({ width, height }: Size, { imageSize, purpose }: PipelineOptions): void {
  if (width === imageSize && height === imageSize) return;
  throw new RangeError(
    `Cannot batch a picture as transforms.${purpose} makes it ${width}x${height}: ` +
      `need ${imageSize}x${imageSize} (end with center_crop or random_resized_crop)`,
  );
}
