/** Compares runs by the files in their folders, with the code of `deno task report`; loaded when it is asked for. */
import type { Comparison } from "../../../src/plots/report/comparison.ts";
import { htmlComparison } from "../../../src/plots/report/html_comparison.ts";
import { readComparison } from "../../../src/train/report/read_comparison.ts";
import type { Source } from "../../protocol/source.ts";
import type { Context } from "../../protocol/channel.ts";
import type { Doing } from "../../protocol/compare_calls.ts";
import { openSource } from "../sources.ts";

/** The comparison of all runs in what the user gave. @throws DataError if there are none, or a file is damaged */
export async function compareRuns(
  source: Source,
  { progress, signal }: Context<Doing>,
): Promise<Comparison> {
  const tree = await openSource(source, (what) => progress({ what }));
  const onProgress = (done: number, total: number) => progress({ what: "Reading runs", done, total });
  return await readComparison([tree], { now: new Date(), onProgress, signal });
}

/** A comparison as one page. */
export async function comparisonPage(comparison: Comparison): Promise<Blob> {
  return new Blob([await htmlComparison(comparison)], { type: "text/html" });
}
