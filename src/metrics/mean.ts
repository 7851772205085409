import type { Metric } from "./metric.ts";

/**
 * The weighted mean of numbers, sum(weight * value) / sum(weight), in float64, for example an epoch's loss from batch
 * losses weighted by batch size. `update(value, weight = 1)`; null before any weight was added. A non-finite value
 * makes the mean NaN or infinite, so that divergence is visible.
 */
export function mean(
  direction: "max" | "min" = "min",
): Metric<[value: number, weight?: number], number | null> {
  let sum = 0, total = 0;
  return {
    direction,
    update(value, weight = 1) {
      if (!(weight >= 0 && weight < Infinity)) {
        throw new RangeError(
          `Cannot update mean: weight must be at least 0 and finite, current value is ${weight}`,
        );
      }
      if (weight === 0) return;
      sum += weight * value;
      total += weight;
    },
    compute: () => total === 0 ? null : sum / total,
    reset() {
      sum = total = 0;
    },
  };
}
