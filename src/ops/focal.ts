import { crossEntropyDgrad } from "../../kernels/cross_entropy_dgrad.ts";
import { focalForward } from "../../kernels/focal_forward.ts";
import { focalSoftDgrad } from "../../kernels/focal_soft_dgrad.ts";
import { focalSoftForward } from "../../kernels/focal_soft_forward.ts";
import { kernel } from "../core/kernel.ts";
import type { Tensor } from "../core/tensor.ts";
import { lossOptions, meanLoss, type RowLoss } from "./cross_entropy.ts";
import type { Target } from "./target.ts";

const forward = kernel("focal_forward", focalForward);
const dgrad = kernel("focal_dgrad", crossEntropyDgrad);
const softForward = kernel("focal_soft_forward", focalSoftForward);
const softDgrad = kernel("focal_soft_dgrad", focalSoftDgrad);

/** The classes and weighting of the focal loss. */
export interface FocalOptions {
  /** Number of classes; the logits' further columns are padding. */
  readonly classes: number;
  /** How strongly confident rows are down-weighted; 0 gives cross-entropy. */
  readonly gamma: number;
  /** Class weights, f32 [columns]. */
  readonly weights?: Tensor | undefined;
}

/**
 * Focal loss (Lin et al. 2017, "Focal Loss for Dense Object Detection") over the softmax p. With class indices w (1 -
 * p)^gamma * -log p of the row's class, averaged by the class weights w; with probabilities q the sum over classes of
 * w q (1 - p)^gamma * -log p (kornia's focal_loss, for a target that need not be one-hot), averaged over the rows.
 * For gamma 0 both are PyTorch's cross_entropy. Rows are ignored as there. Saves four numbers per row.
 * @param logits [N, columns], the classes padded to a multiple of 4
 * @returns the loss, f32 [1]
 * @throws TypeError if a shape or type does not fit, RangeError if an option is out of its range
 */
export function focal(logits: Tensor, target: Target, options: FocalOptions): Tensor {
  const op = "focal", { gamma, weights } = options;
  requireGamma(op, gamma);
  const own = { ...lossOptions(op, logits, target, options), labelSmoothing: 0, gamma };
  const kernels: Pick<RowLoss, "forward" | "dgrad"> = target.kind === "indices"
    ? {
      forward: (tensors) => forward.run(tensors, own),
      dgrad: (tensors) => dgrad.run(tensors, { ...own, slope: true, ofRows: false }),
    }
    : {
      forward: (tensors) => softForward.run(tensors, own),
      dgrad: (tensors) => softDgrad.run(tensors, own),
    };
  return meanLoss({ op, logits, target, weights, ...kernels });
}

/** @throws RangeError if gamma is out of range */
export function requireGamma(op: string, gamma: number): void {
  if (!(gamma >= 0 && gamma < Infinity)) {
    throw new RangeError(`Cannot run ${op}: gamma must be at least 0, current is ${gamma}`);
  }
}
