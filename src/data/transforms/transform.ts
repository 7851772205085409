import * as z from "zod";
import type { Rng } from "../../base/rng.ts";
import type { Operation, Size } from "./operation.ts";

/**
 * What is to be done to a picture of `size`; nothing, often enough. All randomness comes from `rng`, and nothing
 * depends on what the picture shows.
 */
export type Transform = (size: Size, rng: Rng) => readonly Operation[];

/** What a transform may know beyond its own options. */
export interface TransformContext {
  /** The dataset's image_size: the side of what the model sees, and the `size` of options that leave it out. */
  readonly imageSize: number;
}

/** A transform that a configuration can name: its options, whether it draws random numbers, and how it is made. */
export interface TransformPlugin<Schema extends z.ZodType = z.ZodType> {
  readonly options: Schema;
  /** True if its result depends on `rng`; such a transform is refused in an evaluation pipeline. */
  readonly random: boolean;
  make(options: z.output<Schema>, context: TransformContext): Transform;
}

/** Ties a plug-in's options to the argument of its factory. */
export function definePlugin<Schema extends z.ZodType>(
  plugin: TransformPlugin<Schema>,
): TransformPlugin<Schema> {
  return plugin;
}

/** A side in pixels; left out, it is the dataset's image_size. */
export const optionalSize = z.int().min(1).max(16384).optional();

/** A probability. */
export const probability = z.number().min(0).max(1);

/** `[low, high]` with low <= high, both at least `least`. */
export function range(least: number) {
  return z.tuple([z.number().min(least), z.number().min(least)])
    .refine(([low, high]) => low <= high, { error: "need [low, high] with low <= high" });
}

/** Rounds a value within 32 bits to the nearest integer, ties to the even one, as Python's round and torch.round. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor + (floor & 1);
}
