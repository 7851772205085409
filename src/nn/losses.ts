/** Losses by configuration: logits and labels in, a scalar out. */
import { persistent, type Tensor } from "../core/tensor.ts";
import { roundUp } from "../base/shape.ts";
import { crossEntropy, crossEntropyRows } from "../ops/cross_entropy.ts";
import { focal } from "../ops/focal.ts";
import { focalMean } from "../ops/focal_mean.ts";
import type { Device } from "../core/device.ts";

/** logits [N, classes padded] and labels u32 [N] to the mean loss. */
export type Loss = (logits: Tensor, labels: Tensor) => Tensor;

/** Which loss, over how many classes, and how it is weighted. */
export interface LossOptions {
  readonly name: "cross_entropy" | "focal";
  readonly classes: number;
  /** The share of the target that is spread over all classes; for focal only where it is by cross-entropy. */
  readonly labelSmoothing: number;
  /** Focal only. */
  readonly gamma: number;
  /**
   * Focal only: what says how sure a row is. By default the label's softmax; else exp(-c) of the cross-entropy c with
   * smoothing and class weights, and the mean is a plain one over (1 - exp(-c))^gamma * c.
   */
  readonly focalBy?: "softmax" | "cross_entropy";
  /** The weight of each class in the mean, or undefined for a plain mean. */
  readonly classWeights: ArrayLike<number> | undefined;
}

/** Makes a loss; its class weights stay on the device. */
export function createLoss(device: Device, options: LossOptions): Loss {
  const { name, classes, labelSmoothing, gamma, focalBy = "softmax", classWeights } = options;
  const weights = classWeights && persistent(device, [roundUp(classes, 4)], "f32", "class weights");
  if (weights && classWeights) {
    weights.write(Float32Array.from({ length: weights.size }, (_, i) => i < classes ? classWeights[i] : 0));
  }
  const smoothed = { classes, labelSmoothing, weights };
  if (name === "cross_entropy") return (logits, labels) => crossEntropy(logits, labels, smoothed);
  if (focalBy === "softmax") return (logits, labels) => focal(logits, labels, { classes, gamma, weights });
  return (logits, labels) => focalMean(crossEntropyRows(logits, labels, smoothed), labels, { gamma });
}
