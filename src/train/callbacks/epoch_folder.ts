/** The folder for an epoch's artefacts, and which epochs produce them. */
import type { RunState } from "../run_state.ts";

/** The folder of an epoch, `epoch_000` in the run's folder. */
export function epochFolder(folder: string, epoch: number): string {
  return `${folder}/epoch_${String(epoch).padStart(3, "0")}`;
}

/** True for every `every`-th epoch, starting with the first, and for the last. */
export function isDue({ epoch, maxEpochs }: Pick<RunState, "epoch" | "maxEpochs">, every: number): boolean {
  return epoch % every === 0 || epoch === maxEpochs - 1;
}
