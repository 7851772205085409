import { focalForward } from "../../kernels/focal_forward.ts";
import { kernel } from "../core/kernel.ts";
import type { Tensor } from "../core/tensor.ts";
import { lossOptions, meanLoss } from "./cross_entropy.ts";

const forward = kernel("focal_forward", focalForward);

/** What the focal loss is taken over, and how it is weighted. */
export interface FocalOptions {
  /** Classes; the logits' further columns are padding. */
  readonly classes: number;
  /** How much confident rows count for less; 0 gives cross-entropy. */
  readonly gamma: number;
  /** Class weights, f32 [columns]. */
  readonly weights?: Tensor | undefined;
}

/**
 * Focal loss, -(1 - p)^gamma * log p with the label's softmax p, averaged by the labels' class weights (Lin et al.
 * 2017, "Focal Loss for Dense Object Detection"). Rows are ignored as in cross_entropy. Saves four numbers a row.
 * @param logits [N, columns], the classes padded to a multiple of 4
 * @param labels u32 [N]
 * @returns the loss, f32 [1]
 * @throws TypeError if a shape or type does not fit, RangeError if an option is out of its range
 */
export function focal(logits: Tensor, labels: Tensor, options: FocalOptions): Tensor {
  const { gamma, weights } = options;
  requireGamma("focal", gamma);
  if (labels.dtype !== "u32") {
    throw new TypeError(`Cannot run focal as labels must be u32 [N]: current is ${labels.dtype}`);
  }
  const kernelOptions = { ...lossOptions("focal", logits, labels, options), labelSmoothing: 0 };
  return meanLoss({
    op: "focal",
    logits,
    target: labels,
    weights,
    options: kernelOptions,
    slope: true,
    forward: (tensors) => forward.run(tensors, { ...kernelOptions, gamma }),
  });
}

/** @throws RangeError if gamma is none */
export function requireGamma(op: string, gamma: number): void {
  if (!(gamma >= 0 && gamma < Infinity)) {
    throw new RangeError(`Cannot run ${op} as gamma must be at least 0: current is ${gamma}`);
  }
}
