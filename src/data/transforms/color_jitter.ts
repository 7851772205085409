/** ColorJitter as in torchvision: random brightness, contrast, saturation and hue, in random order. */
import * as z from "zod";
import type { ColorStep } from "./operation.ts";
import { defineTransform, range, type TransformPlugin } from "./transform.ts";

const strength = z.union([z.number().min(0), range(0)]).default(0);
const HUE_RANGE = "must be [low, high] with -0.5 <= low <= high <= 0.5";
const hueRange = z.tuple([z.number(), z.number()])
  .refine(([low, high]) => -0.5 <= low && low <= high && high <= 0.5, { error: HUE_RANGE });

type Strength = number | readonly [number, number];
type Range = readonly [number, number] | undefined;

/** The range around `center` for a strength, or undefined if it changes nothing. */
function rangeOf(strength: Strength, center: number, least: number): Range {
  const [low, high] = typeof strength === "number"
    ? [Math.max(least, center - strength), center + strength]
    : strength;
  return low === center && high === center ? undefined : [low, high];
}

/**
 * Multiplies brightness, contrast and saturation by factors of 1 - x .. 1 + x (or of the given range) and shifts the
 * hue by -hue .. hue turns, in random order. A strength of 0 skips its step.
 */
export const color_jitter: TransformPlugin = defineTransform({
  options: z.strictObject({
    brightness: strength,
    contrast: strength,
    saturation: strength,
    hue: z.union([z.number().min(0).max(0.5), hueRange]).default(0),
  }),
  random: true,
  takes: () => "any",
  make: ({ brightness, contrast, saturation, hue }) => {
    const ranges: { what: ColorStep["what"]; range: Range }[] = [
      { what: "brightness", range: rangeOf(brightness, 1, 0) },
      { what: "contrast", range: rangeOf(contrast, 1, 0) },
      { what: "saturation", range: rangeOf(saturation, 1, 0) },
      { what: "hue", range: rangeOf(hue, 0, -0.5) },
    ];
    return (_, rng) => {
      const order = rng.permutation(ranges.length);
      const amounts = ranges.map(({ range }) => range && rng.uniform(range[0], range[1]));
      const steps = [...order].flatMap((i): ColorStep[] => {
        const by = amounts[i];
        return by === undefined ? [] : [{ what: ranges[i].what, by }];
      });
      return steps.length === 0 ? [] : [{ kind: "color", steps }];
    };
  },
});
