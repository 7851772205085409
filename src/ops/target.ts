/** The classification targets of a batch's rows, on the GPU. */
import type { Tensor } from "../core/tensor.ts";
import { requireShape, requireType } from "./checks.ts";

/** The index of an ignored row, such as those that pad the last batch. */
export { IGNORED as IGNORED_LABEL } from "../../kernels/cross_entropy_target.ts";

/**
 * A class for each row, or the probabilities of all classes. A row is ignored if its index is {@link IGNORED_LABEL},
 * or if its probabilities are all 0.
 */
export type Target =
  /** u32 [N] */
  | { readonly kind: "indices"; readonly values: Tensor }
  /** f32 [N, columns], the classes padded to a multiple of 4 */
  | { readonly kind: "probabilities"; readonly values: Tensor };

/** @throws TypeError unless the target has `rows` rows, and `columns` columns if it holds probabilities */
export function requireTarget(op: string, { kind, values }: Target, rows: number, columns: number): void {
  const isIndices = kind === "indices", dtype = isIndices ? "u32" : "f32";
  const [axes, shape] = isIndices ? ["[N]", [rows]] : ["[N, columns]", [rows, columns]];
  requireShape(op, kind, values, axes, shape);
  requireType(op, kind, values, dtype);
}
