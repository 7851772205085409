import * as z from "zod";
import type { Picture } from "../types.ts";
import { LEVELS, mapLevels, tableOf } from "./levels.ts";
import { defineTransform, probability, sometimes, type TransformPlugin } from "./transform.ts";

/** The bits of a level that remain where only the highest `bits` are kept. */
export function maskOf(bits: number): number {
  return LEVELS - (1 << (8 - bits));
}

/** `picture` with the highest `bits` bits of each level, the others 0: torchvision's posterize. */
export function keepBits(picture: Picture, bits: number): Picture {
  return mapLevels(picture, tableOf((level) => level & maskOf(bits)));
}

/** With probability `p`, keeps the highest `bits` bits of each level. */
export const posterize: TransformPlugin = defineTransform({
  options: z.strictObject({ bits: z.int().min(0).max(8), p: probability.default(0.5) }),
  random: true,
  takes: () => "any",
  make: ({ bits, p }) => sometimes(p, { kind: "color", steps: [{ what: "posterize", by: bits }] }),
});
