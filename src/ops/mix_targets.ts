import { mixTargets as mixTargetsKernel } from "../../kernels/mix_targets.ts";
import { roundUp } from "../base/shape.ts";
import { kernel } from "../core/kernel.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { requireShape, requireType } from "./checks.ts";
import type { Target } from "./target.ts";

const mix = kernel("mix_targets", mixTargetsKernel);

/** Two labels for each row, and the share of the first. */
export interface TargetPairs {
  /** u32 [N] */
  readonly first: Tensor;
  /** u32 [N] */
  readonly second: Tensor;
  /** f32 [N], 0 .. 1; the second label gets the rest. */
  readonly shares: Tensor;
}

/**
 * The target of mixed images: share * one_hot(first) + (1 - share) * one_hot(second), in float32 (torchvision's MixUp
 * and CutMix). A row with two labels `IGNORED_LABEL` is ignored; a row with another label beyond the classes becomes
 * NaN, and so does its loss. No gradient flows through it.
 * @returns probabilities, f32 [N, classes padded to a multiple of 4]
 * @throws TypeError if a shape or type does not fit
 */
export function mixTargets({ first, second, shares }: TargetPairs, classes: number): Target {
  const rows = first.size, columns = roundUp(classes, 4);
  for (
    const [name, tensor, dtype] of [["first", first, "u32"], ["second", second, "u32"], [
      "shares",
      shares,
      "f32",
    ]] as const
  ) {
    requireShape("mix_targets", name, tensor, "[N]", [rows]);
    requireType("mix_targets", name, tensor, dtype);
  }
  const values = empty(first.device, [rows, columns], "f32", "probabilities");
  mix.run({ first, second, shares, probabilities: values }, { classes, columns, rows });
  return { kind: "probabilities", values };
}
