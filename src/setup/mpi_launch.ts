/** What the environment says about how this process was launched: by itself, or as one of several MPI ranks. */

/** The several processes that a launcher started together. */
export interface MpiLaunch {
  /** Who started them, for messages: "Open MPI's mpirun". */
  readonly launcher: string;
  readonly rank: number;
  readonly size: number;
}

/** What there is of MPI, for doctor. */
export interface MpiState {
  /** The library that would be used, or why it is not; without a fault none was found. */
  readonly library:
    | { readonly path: string; readonly kind: string; readonly version: string }
    | { readonly fault: string | undefined };
  readonly launch: MpiLaunch | undefined;
  /** How a library is installed here. */
  readonly install: string;
}

/** Reads a variable of the environment. */
export type Env = (name: string) => string | undefined;

/**
 * Launchers by the variables that only they set, innermost first: an mpirun within a Slurm job is what counts.
 * Slurm's own variables without STEP are in the batch script, too, which is one process.
 */
const LAUNCHERS: readonly (readonly [launcher: string, rank: string, size: string])[] = [
  ["Open MPI's mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"],
  ["MPICH's mpiexec", "PMI_RANK", "PMI_SIZE"],
  ["Slurm's srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"],
];

/** The launch of this process, or undefined if it is by itself: started directly, or as the only rank. */
export function mpiLaunch(env: Env): MpiLaunch | undefined {
  for (const [launcher, rankName, sizeName] of LAUNCHERS) {
    const rank = numberOf(env(rankName)), size = numberOf(env(sizeName));
    if (rank === undefined || size === undefined) continue;
    return size > 1 ? { launcher, rank, size } : undefined;
  }
  return undefined;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
