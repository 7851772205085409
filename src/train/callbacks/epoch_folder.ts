/** Where an epoch's artefacts go, and which epochs have some. */
import type { RunState } from "../run_state.ts";

/** The folder of an epoch, `epoch_000` below the run's. */
export function epochFolder(folder: string, epoch: number): string {
  return `${folder}/epoch_${String(epoch).padStart(3, "0")}`;
}

/** True for every `every`-th epoch from the first on, and for the last. */
export function isDue({ epoch, maxEpochs }: Pick<RunState, "epoch" | "maxEpochs">, every: number): boolean {
  return epoch % every === 0 || epoch === maxEpochs - 1;
}
