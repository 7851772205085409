/** A run on ranks other than the first, which writes its files and prints its lines for all of them. */
import { DivergedError, InterruptedError } from "../base/errors.ts";
import { noLine, noProgress } from "../base/progress.ts";
import { fromFirst, type Ranks } from "../base/ranks.ts";
import type { Config } from "../config/mod.ts";
import type { Host } from "../setup/host.ts";
import type { RunPlaces } from "../setup/run_places.ts";
import type { JobResult } from "../setup/run_result.ts";
import type { ConfiguredTask } from "./task.ts";

/** Tells the other ranks where the run's files are. */
export async function sendPlaces(
  ranks: Ranks,
  { folder, checkpoints, resume }: RunPlaces,
): Promise<void> {
  await fromFirst(ranks, { folder, checkpoints, resume });
}

/** Takes part in a task whose files are rank 0's. Warnings carry the rank. */
export async function takePart(
  host: Host,
  task: ConfiguredTask,
  config: Config,
  ranks: Ranks,
): Promise<JobResult> {
  const sent = await fromFirst<RunPlaces | undefined>(ranks, undefined);
  const places: RunPlaces = { ...sent!, [Symbol.asyncDispose]: () => Promise.resolve() };
  try {
    const metrics = await task.run(besideFirst(host, ranks), config, places, ranks);
    return { code: 0, error: undefined, seconds: 0, metrics };
  } catch (error) {
    if (isOfAll(error)) await ranks.barrier(); // rank 0 reports it once its logs are complete, and ends all
    throw error;
  }
}

/** Whether all ranks end by this error at the same place. */
function isOfAll(error: unknown): boolean {
  return error instanceof InterruptedError || error instanceof DivergedError;
}

/** The host of a rank that says only what concerns itself. */
function besideFirst(host: Host, { rank }: Ranks): Host {
  const isHeard = (level: string) => level === "warning" || level === "error";
  return {
    ...host,
    print: (line, level = "info") => {
      if (isHeard(level)) host.print(`rank ${rank}: ${line}`, level);
    },
    live: () => noLine,
    progress: noProgress,
  };
}
