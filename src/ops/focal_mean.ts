import { focalMeanDgrad } from "../../kernels/focal_mean_dgrad.ts";
import { focalMeanForward } from "../../kernels/focal_mean_forward.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { requireShape } from "./checks.ts";
import { requireGamma } from "./focal.ts";

const forward = kernel("focal_mean_forward", focalMeanForward);
const dgrad = kernel("focal_mean_dgrad", focalMeanDgrad);

/**
 * The mean of (1 - exp(-c))^gamma * c over what rows cost: a focal loss whose probability is that of the cost itself,
 * so that class weights and label smoothing, if c has them, are in its factor too. Rows with the label
 * `IGNORED_LABEL` do not count. Saves the costs.
 * @param costs f32 [N], as crossEntropyRows gives them
 * @param labels u32 [N]
 * @returns the loss, f32 [1]
 * @throws TypeError if a shape or type does not fit, RangeError if gamma is out of its range
 */
export function focalMean(costs: Tensor, labels: Tensor, { gamma }: { readonly gamma: number }): Tensor {
  requireGamma("focal_mean", gamma);
  const rows = costs.size;
  if (costs.dtype !== "f32" || labels.dtype !== "u32") {
    throw new TypeError(
      `Cannot run focal_mean as costs must be f32 and labels u32: current are ${costs.dtype} and ${labels.dtype}`,
    );
  }
  requireShape("focal_mean", "costs", costs, "[N]", [rows]);
  requireShape("focal_mean", "labels", labels, "[N]", [rows]);
  const loss = empty(costs.device, [1], "f32", "focal_mean loss");
  const divisor = empty(costs.device, [1], "f32", "focal_mean divisor");
  forward.run({ costs, labels, loss, divisor }, { gamma });
  return record("focal_mean", [costs], loss, (dloss) => [
    () => {
      const dcosts = gradientFor(costs); // [N]
      dgrad.run({ costs, labels, divisor, dloss, dcosts }, { gamma, rows });
      return dcosts;
    },
  ]);
}
