import { topClass as topClassKernel } from "../../kernels/top_class.ts";
import { roundUp } from "../base/shape.ts";
import { kernel } from "../core/kernel.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { requireTarget, type Target } from "./target.ts";

const find = kernel("top_class", topClassKernel);

/**
 * The single class of each row: its index, or the class with the largest probability, on a tie the one with the
 * lowest index. Ignored rows are marked with the label `IGNORED_LABEL`. No gradient flows through it.
 * @returns labels, u32 [N]; indices unchanged
 * @throws TypeError if a shape or type does not fit
 */
export function topClass(target: Target, classes: number): Tensor {
  const { kind, values } = target;
  if (kind === "indices") return values;
  const [rows, columns = 0] = values.shape;
  requireTarget("top_class", target, rows, Math.max(columns, roundUp(classes, 4)));
  const labels = empty(values.device, [rows], "u32", "labels");
  find.run({ probabilities: values, labels }, { classes, columns, rows });
  return labels;
}
