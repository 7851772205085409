/** Compares runs by the files in their folders, with the code of `deno task report`; loaded when it is asked for. */
import type { Comparison } from "../../src/plots/report/comparison.ts";
import { readComparison } from "../../src/train/report/read_comparison.ts";
import type { Amount, Source } from "../protocol/calls.ts";
import type { Context } from "../protocol/channel.ts";
import { openSource } from "./sources.ts";

/** The comparison of all runs in what the user gave. @throws DataError if there are none, or a file is damaged */
export async function compareRuns(
  source: Source,
  { progress, signal }: Context<Amount | string>,
): Promise<Comparison> {
  const tree = await openSource(source, progress);
  const onProgress = (done: number, total: number) => progress({ done, total });
  return await readComparison([tree], { now: new Date(), onProgress, signal });
}
