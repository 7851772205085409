/** Losses by configuration: logits and labels in, a scalar out. */
import { persistent, type Tensor } from "../core/tensor.ts";
import { roundUp } from "../base/shape.ts";
import { crossEntropy } from "../ops/cross_entropy.ts";
import { focal } from "../ops/focal.ts";
import type { Device } from "../core/device.ts";

/** logits [N, classes padded] and labels u32 [N] to the mean loss. */
export type Loss = (logits: Tensor, labels: Tensor) => Tensor;

/** Which loss, over how many classes, and how it is weighted. */
export interface LossOptions {
  readonly name: "cross_entropy" | "focal";
  readonly classes: number;
  /** Cross-entropy only: the share of the target that is spread over all classes. */
  readonly labelSmoothing: number;
  /** Focal only. */
  readonly gamma: number;
  /** The weight of each class in the mean, or undefined for a plain mean. */
  readonly classWeights: ArrayLike<number> | undefined;
}

/** Makes a loss; its class weights stay on the device. */
export function createLoss(
  device: Device,
  { name, classes, labelSmoothing, gamma, classWeights }: LossOptions,
): Loss {
  const weights = classWeights && persistent(device, [roundUp(classes, 4)], "f32", "class weights");
  if (weights && classWeights) {
    weights.write(Float32Array.from({ length: weights.size }, (_, i) => i < classes ? classWeights[i] : 0));
  }
  const weighted = weights ? { weights } : {};
  if (name === "focal") return (logits, labels) => focal(logits, labels, { classes, gamma, ...weighted });
  return (logits, labels) => crossEntropy(logits, labels, { classes, labelSmoothing, ...weighted });
}
