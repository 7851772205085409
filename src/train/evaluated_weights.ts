/** The weights that evaluations use: a run's own, or their averages. */
import type { RunState } from "./run_state.ts";

/** Swaps weights and averages; in mixed precision the f16 copies follow. */
export function exchange({ averages, model: { parameters } }: RunState): void {
  averages!.swap();
  parameters.copyHalves();
}

/** Runs `body` with the model as the last validation has seen it. */
export async function withEvaluatedWeights<T>(state: RunState, body: () => Promise<T>): Promise<T> {
  if (state.evaluated !== "averages") return await body();
  exchange(state);
  try {
    return await body();
  } finally {
    exchange(state);
  }
}
