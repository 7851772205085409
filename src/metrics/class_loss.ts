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
  /** [C]; undefined: all 1. */
  readonly classWeights: ArrayLike<number> | undefined;
}

/**
 * torch.nn.functional.cross_entropy(weight, label_smoothing, reduction="mean"), or the focal loss
 * w (1 - p)^gamma * -log p summed over rows and divided by the sum of w, w being the label's class weight.
 * @param logits [N, C], row-major
 * @param labels [N]
 */
export function classLoss(
  logits: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  { name, labelSmoothing, gamma, classWeights }: ClassLossOptions,
): number {
  const weightOf = (c: number) => classWeights?.[c] ?? 1;
  const smoothing = name === "focal" ? 0 : labelSmoothing;
  let losses = 0, weights = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row], weight = weightOf(label);
    const nll = (c: number) => negativeLogLikelihood(logits, row * classes, classes, c);
    const plain = nll(label);
    const focus = name === "focal" ? (1 - Math.exp(-plain)) ** gamma : 1;
    losses += (1 - smoothing) * weight * focus * plain;
    for (let c = 0; smoothing > 0 && c < classes; c++) losses += smoothing / classes * weightOf(c) * nll(c);
    weights += weight;
  }
  return losses / weights;
}
