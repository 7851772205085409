/** Shared by the losses on the CPU. */
import { negativeLogLikelihood } from "../../metrics/softmax.ts";

/** How the rows of a cross-entropy are weighted. */
export interface RowOptions {
  readonly classes: number;
  readonly labelSmoothing: number;
  /** [classes]; undefined: all 1. */
  readonly weights: ArrayLike<number> | undefined;
}

/**
 * Cross-entropy of each row, in float64 (torch.nn.functional.cross_entropy, reduction "none").
 * @param logits [N, classes], row-major
 * @param labels [N]
 * @returns [N]
 */
export function crossEntropyRows(
  logits: Float32Array,
  labels: ArrayLike<number>,
  { classes, labelSmoothing, weights }: RowOptions,
): Float64Array {
  return Float64Array.from({ length: labels.length }, (_, row) => {
    const term = (share: number, c: number) =>
      share * (weights?.[c] ?? 1) * negativeLogLikelihood(logits, row * classes, classes, c);
    let cost = term(1 - labelSmoothing, labels[row]);
    for (let c = 0; labelSmoothing > 0 && c < classes; c++) cost += term(labelSmoothing / classes, c);
    return cost;
  });
}

/** The sum of the rows' costs divided by the sum of the labels' class weights. */
export function weightedMean(
  costs: Float64Array,
  labels: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): number {
  let sum = 0, divisor = 0;
  for (let row = 0; row < costs.length; row++) {
    sum += costs[row];
    divisor += weights?.[labels[row]] ?? 1;
  }
  return sum / divisor;
}
