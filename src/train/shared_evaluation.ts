/** What several ranks make of a split together, each of its share of the batches. */
import { concatBytes } from "../base/bytes.ts";
import type { Ranks } from "../base/ranks.ts";
import type { Outputs } from "./run_state.ts";
import { sum, type Tally } from "./step_results.ts";

/** A rank's part of an evaluation. */
export interface EvaluationPart {
  /** Its batches' losses and counts, [batches, 4] (see tally()), and what each loss divides by; 0: it has no rows. */
  readonly rows: Float32Array;
  readonly divisors: readonly number[];
  readonly outputs: Outputs;
}

/** The whole, on each rank: losses are means over the rows of all ranks' batches, and outputs are in the split's order. */
export async function joinEvaluation(
  ranks: Ranks,
  { rows, divisors, outputs: { split, logits, labels, indices } }: EvaluationPart,
): Promise<{ tally: Tally; outputs: Outputs }> {
  const counts = new Float64Array(5 * divisors.length); // loss * divisor, divisor, rows, correct in one and in five
  divisors.forEach((divisor, i) => {
    const [loss, count, ...correct] = rows.subarray(4 * i, 4 * i + 4);
    if (count > 0 && divisor > 0) counts.set([loss / count * divisor, divisor, count, ...correct], 5 * i);
  });
  await ranks.sum(counts);
  const tallies = divisors.map((_, i) => {
    const [loss, divisor, rows, top1, top5] = counts.subarray(5 * i, 5 * i + 5);
    return { loss: loss / divisor, rows, top1: top1 / rows, top5: top5 / rows };
  });
  const all = {
    logits: await gathered(ranks, logits),
    labels: await gathered(ranks, labels),
    indices: await gathered(ranks, indices),
  };
  const order = Array.from(all.indices.keys()).sort((a, b) => all.indices[a] - all.indices[b]);
  const classes = order.length === 0 ? 0 : all.logits.length / order.length;
  const sorted = new Float32Array(all.logits.length);
  order.forEach((from, to) => {
    sorted.set(all.logits.subarray(from * classes, (from + 1) * classes), to * classes);
  });
  return {
    tally: sum(tallies.filter(({ rows }) => rows > 0)),
    outputs: {
      split,
      logits: sorted,
      labels: Uint32Array.from(order, (from) => all.labels[from]),
      indices: Uint32Array.from(order, (from) => all.indices[from]),
    },
  };
}

/** The values of all ranks, by rank. */
async function gathered<T extends Float32Array | Uint32Array>(ranks: Ranks, values: T): Promise<T> {
  const parts = await ranks.gather(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return new (values.constructor as new (buffer: ArrayBuffer) => T)(concatBytes(parts).buffer);
}
