/** What tells runs apart, in a few words. */

/** The overrides of a job that are not common to all jobs. */
export function distinct(job: readonly string[], jobs: readonly (readonly string[])[]): string {
  const own = job.filter((override) => !jobs.every((other) => other.includes(override)));
  return (own.length > 0 ? own : job).join(" ");
}

/** What is known of a run when it gets its name. */
export interface Nameable {
  /** Relative to what is compared. */
  readonly folder: string;
  readonly overrides: readonly string[];
  /** The folder of the sweep that it is a job of. */
  readonly sweep: string | undefined;
}

/** How a run is called among others. */
export interface RunName {
  readonly name: string;
  readonly short: string;
  /** The overrides that only some of the runs have. */
  readonly own: string;
}

/** The longest last part of a folder that is a short name. */
const SHORT = 4;

/**
 * Names for runs: the jobs of one sweep are called by their own overrides, other runs by their folders. The short ones
 * are the numbers of jobs, or positions from 1.
 */
export function runNames(runs: readonly Nameable[]): RunName[] {
  const all = runs.map(({ overrides }) => overrides);
  const own = all.map((overrides) => runs.length > 1 ? distinct(overrides, all) : overrides.join(" "));
  const sweeps = new Set(runs.map(({ sweep }) => sweep));
  const isOneSweep = sweeps.size === 1 && !sweeps.has(undefined) && areDistinct(own) && !own.includes("");
  const ends = runs.map(({ folder }) => folder.split("/").at(-1)!);
  const areShort = areDistinct(ends) && ends.every((end) => end !== "" && end.length <= SHORT);
  return runs.map(({ folder }, i) => ({
    name: isOneSweep ? own[i] : folder || ".",
    short: areShort ? ends[i] : String(i + 1),
    own: own[i],
  }));
}

function areDistinct(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}
