/** The results of steps that several ranks take together: a row's loss is the mean over the rows of all ranks. */
import type { Ranks } from "../base/ranks.ts";
import { type StepResults, sum, tallyOf } from "./step_results.ts";

/** Results of all ranks, known on the host of each. */
export interface SharedResults extends StepResults {
  /** This rank's rows since they were last joined, [steps, 4]. Waits for the GPU. */
  own(): Promise<Float32Array>;
  /** Joins these rows with those of the other ranks; `shares` are what each counts in the mean loss. */
  join(rows: Float32Array, shares: readonly number[]): Promise<void>;
}

/** Wraps a rank's own results. Those that are not joined yet are in no total. */
export function sharedResults(local: StepResults, ranks: Ranks): SharedResults {
  /** [steps, 4] in f32, as a checkpoint has them, so that a resumed run has the same bits. */
  let joined = new Float32Array();
  const steps = () => Array.from({ length: joined.length / 4 }, (_, i) => tallyOf(joined.subarray(4 * i)));
  return {
    ...local,
    restart() {
      local.restart();
      joined = new Float32Array();
    },
    rows: () => Promise.resolve(joined.slice()),
    load(rows) {
      local.load(rows);
      joined = rows.slice();
    },
    steps: () => Promise.resolve(steps()),
    total: () => Promise.resolve(sum(steps())),
    own: async () => (await local.rows()).subarray(joined.length), // GPU sync point
    async join(rows, shares) {
      const all = new Float64Array(4 * shares.length);
      shares.forEach((share, i) => {
        const [loss, count, ...correct] = rows.subarray(4 * i, 4 * i + 4);
        if (share > 0) all.set([loss / count * share, count, ...correct], 4 * i);
      });
      await ranks.sum(all);
      for (let i = 0; i < all.length; i += 4) all[i] *= all[i + 1]; // the sum of the losses
      const before = joined;
      joined = new Float32Array(before.length + all.length);
      joined.set(before);
      joined.set(all, before.length);
    },
  };
}
