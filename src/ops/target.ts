/** What the rows of a batch are to be classified as, on the GPU. */
import type { Tensor } from "../core/tensor.ts";
import { requireShape, requireType } from "./checks.ts";

/** The index of a row that counts for nothing: one of those that fill up a last batch. */
export { IGNORED as IGNORED_LABEL } from "../../kernels/cross_entropy_target.ts";

/**
 * A class for each row, or probabilities of all of them. Ignored are rows whose index is {@link IGNORED_LABEL}, or
 * whose probabilities are all 0.
 */
export type Target =
  /** u32 [N] */
  | { readonly kind: "indices"; readonly values: Tensor }
  /** f32 [N, columns], the classes padded to a multiple of 4 */
  | { readonly kind: "probabilities"; readonly values: Tensor };

/** @throws TypeError unless the target is one of `rows` rows, padded to `columns` if it holds probabilities */
export function requireTarget(op: string, { kind, values }: Target, rows: number, columns: number): void {
  const isIndices = kind === "indices", dtype = isIndices ? "u32" : "f32";
  const [axes, shape] = isIndices ? ["[N]", [rows]] : ["[N, columns]", [rows, columns]];
  requireShape(op, kind, values, axes, shape);
  requireType(op, kind, values, dtype);
}
