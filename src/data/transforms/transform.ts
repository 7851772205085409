import * as z from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { Rng } from "../../base/rng.ts";
import { type Color, type Operation, type Size, sizeAfter } from "./operation.ts";

/**
 * What is to be done to a picture of `size`; nothing, often enough. All randomness comes from `rng`, and nothing
 * depends on what the picture shows.
 */
export type Transform = (size: Size, rng: Rng) => readonly Operation[];

/** One step of a list: `{name: options}`, `{name: null}`, or the name alone. */
export type Step = string | Readonly<Record<string, unknown>>;

/** What a transform may know beyond its own options. */
export interface TransformContext {
  /** The dataset's image_size: the side of what the model sees, and the `size` of options that leave it out. */
  readonly imageSize: number;
  /** The transforms that the option `transforms` of this one holds. @throws ConfigError for one that is not to be had */
  makeAll(steps: readonly Step[]): Transform[];
}

/** A transform that a configuration can name, and what its pipeline must know of it. */
export interface TransformPlugin<Options extends z.ZodType = z.ZodType>
  extends Plugin<Options, TransformContext, Transform> {
  /** True if its result depends on `rng`; such a transform is refused in an evaluation pipeline. */
  readonly random: boolean;
  /** True if it acts on the normalised picture, so that it must stand behind `normalize`. */
  readonly afterNormalize?: boolean;
}

/** Ties a transform's options to the argument of its factory. */
export function defineTransform<Options extends z.ZodType>(
  plugin: TransformPlugin<Options>,
): TransformPlugin<Options> {
  return plugin;
}

/** One transform that carries out `transforms`, one after the other; each is told the size that it will meet. */
export function sequence(transforms: readonly Transform[]): Transform {
  return (size, rng) => {
    const operations: Operation[] = [];
    for (const transform of transforms) {
      const drawn = transform(size, rng);
      operations.push(...drawn);
      size = drawn.reduce((before, operation) => sizeAfter(operation, before), size);
    }
    return operations;
  };
}

/** The option of a transform that holds others. */
export const steps: z.ZodArray<z.ZodType<Step>> = z.array(
  z.union([z.string(), z.record(z.string(), z.unknown())]),
);

/** A side in pixels; left out, it is the dataset's image_size. */
export const optionalSize = z.int().min(1).max(16384).optional();

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

/** What a picture does not cover: one level, or those of R, G and B. */
export const fillLevels = z.union([level, z.tuple([level, level, level])]);

/** A fill's levels of R, G and B. */
export function colorOf(fill: z.output<typeof fillLevels>): Color {
  return typeof fill === "number" ? [fill, fill, fill] : fill;
}

/** A `scale` of both sides, cut to integers of at least 1. */
export function scaledSize({ width, height }: Size, scale: number): Size {
  const scaled = (side: number) => Math.max(1, Math.trunc(side * scale));
  return { width: scaled(width), height: scaled(height) };
}

/** Rounds a value within 32 bits to the nearest integer, ties to the even one, as Python's round and torch.round. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor + (floor & 1);
}
