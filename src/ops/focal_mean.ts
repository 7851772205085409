import { focalMeanDgrad } from "../../kernels/focal_mean_dgrad.ts";
import { focalMeanForward } from "../../kernels/focal_mean_forward.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { requireShape, requireType } from "./checks.ts";
import { requireGamma } from "./focal.ts";
import type { Target } from "./target.ts";
import { topClass } from "./top_class.ts";

const forward = kernel("focal_mean_forward", focalMeanForward);
const dgrad = kernel("focal_mean_dgrad", focalMeanDgrad);

/** Options of {@link focalMean}. */
export interface FocalMeanOptions {
  readonly classes: number;
  /** How strongly rows with a low cost are down-weighted; 0 gives the mean of the costs. */
  readonly gamma: number;
}

/**
 * The mean of (1 - exp(-c))^gamma * c over the rows' costs: a focal loss whose probability is that of the cost
 * itself, so that class weights and label smoothing, if c includes them, are in its factor too. The target only
 * determines the ignored rows, which do not count. Saves the costs.
 * @param costs f32 [N], from crossEntropyRows
 * @param target of the same rows
 * @returns the loss, f32 [1]
 * @throws TypeError if a shape or type does not fit, RangeError if gamma is out of its range
 */
export function focalMean(costs: Tensor, target: Target, { classes, gamma }: FocalMeanOptions): Tensor {
  const op = "focal_mean", rows = costs.size;
  requireGamma(op, gamma);
  requireShape(op, "costs", costs, "[N]", [rows]);
  requireType(op, "costs", costs, "f32");
  const labels = topClass(target, classes);
  requireShape(op, "labels", labels, "[N]", [rows]);
  requireType(op, "labels", labels, "u32");
  const loss = empty(costs.device, [1], "f32", "focal_mean loss");
  const divisor = empty(costs.device, [1], "f32", "focal_mean divisor");
  forward.run({ costs, labels, loss, divisor }, { gamma });
  return record(op, [costs], loss, (dloss) => [
    () => {
      const dcosts = gradientFor(costs); // [N]
      dgrad.run({ costs, labels, divisor, dloss, dcosts }, { gamma, rows });
      return dcosts;
    },
  ]);
}
