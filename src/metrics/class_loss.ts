/**
 * The mean loss of a batch by class weights, as training computes it on the GPU, in float64: for models that run
 * elsewhere.
 */
import { negativeLogLikelihood } from "./softmax.ts";

/** Which loss, and how it is weighted. */
export interface ClassLossOptions {
  readonly name: "cross_entropy" | "focal";
  readonly labelSmoothing: number;
  /** Focal only. */
  readonly gamma: number;
  /** Focal only: whose probability counts a row for less, the softmax's or that of the smoothed and weighted cost. */
  readonly focalBy?: "softmax" | "cross_entropy";
  /** [C]; undefined: all 1. */
  readonly classWeights: ArrayLike<number> | undefined;
}

/**
 * torch.nn.functional.cross_entropy(weight, label_smoothing, reduction="mean"), or the focal loss
 * w (1 - p)^gamma * -log p summed over rows and divided by the sum of w, w being the label's class weight; by
 * cross-entropy, the plain mean of (1 - exp(-c))^gamma * c over the rows' smoothed and weighted costs c.
 * @param logits [N, C], row-major
 * @param labels [N]
 */
export function classLoss(
  logits: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  { name, labelSmoothing, gamma, focalBy = "softmax", classWeights }: ClassLossOptions,
): number {
  const weightOf = (c: number) => classWeights?.[c] ?? 1;
  const isFocal = name === "focal", isByCost = isFocal && focalBy === "cross_entropy";
  const smoothing = isFocal && !isByCost ? 0 : labelSmoothing;
  let losses = 0, weights = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row], weight = weightOf(label);
    const nll = (c: number) => negativeLogLikelihood(logits, row * classes, classes, c);
    const plain = nll(label);
    let cost = (1 - smoothing) * weight * plain;
    for (let c = 0; smoothing > 0 && c < classes; c++) cost += smoothing / classes * weightOf(c) * nll(c);
    losses += isFocal ? (1 - Math.exp(isByCost ? -cost : -plain)) ** gamma * cost : cost;
    weights += isByCost ? 1 : weight;
  }
  return losses / weights;
}
