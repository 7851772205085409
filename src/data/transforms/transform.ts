import { append } from "../../base/lists.ts";
import * as z from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { Rng } from "../../base/rng.ts";
import type { Reduction } from "./reduction.ts";
import { type Color, type Operation, resizeFilters, type Size, sizeAfter } from "./operation.ts";

/**
 * The operations for an image of `size`, possibly none. All randomness comes from `rng`, and nothing depends on the
 * image's contents.
 */
export type Transform = (size: Size, rng: Rng) => readonly Operation[];

/** One step of a list: `{name: options}`, `{name: null}`, or the name alone. */
export type Step = string | Readonly<Record<string, unknown>>;

/** What a transform knows besides its own options. */
export interface TransformContext {
  /** The dataset's image_size: the side of the network's input, and the default of the option `size`. */
  readonly imageSize: number;
  /** Builds the transforms in this one's option `transforms`. @throws ConfigError for an invalid step */
  makeAll(steps: readonly Step[]): Transform[];
}

/** A transform that a configuration can name, and what its pipeline must know about it. */
export interface TransformPlugin<Options extends z.ZodObject = z.ZodObject>
  extends Plugin<Options, TransformContext, Transform> {
  /** True if its result depends on `rng`; such a transform is rejected in an evaluation pipeline. */
  readonly random: boolean;
  /** True if it acts on the normalised image, so that it must come after `normalize`. */
  readonly afterNormalize?: boolean;
  /**
   * How far an image may be reduced before it, so that nothing is enlarged that was not before: "any" if it does to a
   * small image what it does to a large one; absent or undefined if it needs all pixels, as where it counts in them.
   */
  takes?(
    options: z.output<Options>,
    context: Pick<TransformContext, "imageSize">,
  ): Reduction | "any" | undefined;
}

/** Ties the type of a transform's options to the argument of its factory. */
export function defineTransform<Options extends z.ZodObject>(
  plugin: TransformPlugin<Options>,
): TransformPlugin<Options> {
  return plugin;
}

/** Chains `transforms` into one; each receives the size that the previous ones produce. */
export function sequence(transforms: readonly Transform[]): Transform {
  return (size, rng) => {
    const operations: Operation[] = [];
    for (const transform of transforms) {
      const drawn = transform(size, rng);
      append(operations, drawn);
      size = drawn.reduce((before, operation) => sizeAfter(operation, before), size);
    }
    return operations;
  };
}

/** The option of a transform that contains others. */
export const steps: z.ZodArray<z.ZodType<Step>> = z.array(
  z.union([z.string(), z.record(z.string(), z.unknown())]),
).meta({ contains: "steps" });

/** True for the option of a transform that contains others, whatever rules it adds. */
export function containsSteps(option: z.ZodType): option is typeof steps {
  return option.meta()?.contains === "steps";
}

/** A side in pixels; the default is the dataset's image_size. */
export const optionalSize = z.int().min(1).max(16384).optional();

/** The filter of a resize. */
export const resizeFilter = z.enum(resizeFilters).default("bilinear");

/** A probability. */
export const probability = z.number().min(0).max(1);

/** `[low, high]` with low <= high, both `least` .. `most`. */
export function range(least: number, most = Infinity) {
  const bound = most === Infinity ? z.number().min(least) : z.number().min(least).max(most);
  return z.tuple([bound, bound]).refine(([low, high]) => low <= high, {
    error: "must be [low, high] with low <= high",
  });
}

const level = z.number().min(0).max(255);

/** The colour of uncovered areas: one level, or one for each of R, G and B. */
export const fillLevels = z.union([level, z.tuple([level, level, level])]);

/** The R, G and B levels of a fill. */
export function colorOf(fill: z.output<typeof fillLevels>): Color {
  return typeof fill === "number" ? [fill, fill, fill] : fill;
}

/** A transform that gives the same operation each time, with probability `p`. */
export function sometimes(p: number, operation: Operation): Transform {
  return (_, rng) => rng.uniform() < p ? [operation] : [];
}

/** Scales both sides by `scale`, truncated to integers of at least 1. */
export function scaledSize({ width, height }: Size, scale: number): Size {
  const scaled = (side: number) => Math.max(1, Math.trunc(side * scale));
  return { width: scaled(width), height: scaled(height) };
}

/** Rounds a value within 32 bits to the nearest integer, ties to even, as Python's round and torch.round. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor + (floor & 1);
}
