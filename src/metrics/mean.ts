import type { Metric } from "./metric.ts";

/**
 * The weighted mean of numbers, sum(weight * value) / sum(weight), in float64: an epoch's loss from batch losses
 * weighted by batch size, say. `update(value, weight = 1)`; null before any weight was seen. A value that is not
 * finite makes the mean NaN or infinite, so that a diverged epoch shows.
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
          `Cannot update mean as weight must be at least 0 and finite: current value is ${weight}`,
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
