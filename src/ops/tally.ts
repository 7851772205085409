import { tally as tallyKernel } from "../../kernels/tally.ts";
import { topKRank } from "../../kernels/top_k_rank.ts";
import { kernel } from "../core/kernel.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { lossOptions } from "./cross_entropy.ts";
import type { Target } from "./target.ts";
import { topClass } from "./top_class.ts";

const rank = kernel("top_k_rank", topKRank);
const count = kernel("tally", tallyKernel);

/** The tensors of {@link tally}. */
export interface TallyTensors {
  /** [N, columns] */
  readonly logits: Tensor;
  readonly target: Target;
  /** The batch's mean loss, f32 [1]. */
  readonly loss: Tensor;
  /** Where the counts are written, f32 [slots, 4]. */
  readonly results: Tensor;
  /** The step's scalars on the GPU, f32; one of them is the slot. */
  readonly scalars: Tensor;
}

/** What counts as correct, and where the counts are written. */
export interface TallyOptions {
  /** Number of classes; the logits' further columns are padding. */
  readonly classes: number;
  /** Index of the scalar that holds the slot; slots beyond the last wrap around. */
  readonly slot: number;
  /** A label among the k best classes counts; by default 5, or all classes if there are fewer. */
  readonly k?: number;
}

/**
 * Counts a batch on the GPU: the slot's row of `results` becomes (loss * rows, rows, top-1 correct, top-k correct),
 * so that sums over slots give epoch means. The correct class is that of the target, or the one with its largest
 * probability (see topClass). Ignored rows do not count; on a tie the lower index comes first; a NaN loss makes the
 * slot's loss NaN. No gradient flows through it.
 * @throws TypeError if a shape or type does not fit, RangeError if an option is out of its range
 */
export function tally(tensors: TallyTensors, options: TallyOptions): void {
  const { logits, target, loss, results, scalars } = tensors;
  const { classes, slot, k = Math.min(5, classes) } = options;
  const { type, rows, columns } = lossOptions("tally", logits, target, { classes });
  if (results.shape.length !== 2 || results.shape[1] !== 4) {
    throw new TypeError(`Cannot run tally: results must be f32 [slots, 4], current is [${results.shape}]`);
  }
  if (!(Number.isInteger(slot) && slot >= 0 && slot < scalars.size)) {
    throw new RangeError(`Cannot run tally: slot must index ${scalars.size} scalars, current is ${slot}`);
  }
  if (!(Number.isInteger(k) && k >= 1 && k <= classes)) {
    throw new RangeError(`Cannot run tally: k must be 1 .. ${classes}, current is ${k}`);
  }
  const ranks = empty(logits.device, [rows], "u32", "tally ranks");
  rank.run({ logits, indices: topClass(target, classes), ranks }, { type, rows, classes, columns });
  count.run({ ranks, loss, scalars, results }, { k, slot });
}
