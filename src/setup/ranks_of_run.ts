/** What the ranks of a training have in common, beside their launch (open_ranks.ts). */
import { DataError } from "../base/errors.ts";
import { otherThanFirst, type Ranks } from "../base/ranks.ts";
import type { Config } from "../config/mod.ts";
import type { OpenData } from "./open_data.ts";

/** How several ranks train, in one line. */
export function describeRanks({ data, trainer }: Config, { size }: Ranks): string {
  const norms = trainer.sync_batchnorm ? "all ranks' batches" : "each rank's own batch";
  return `${size} ranks, ${size * data.batch_size} images in a step; batch norm by ${norms}`;
}

/** Requires that all ranks have read the same dataset. @throws DataError on all ranks alike */
export async function requireSameData(
  ranks: Ranks,
  { dataset, fingerprint: { listing, content } }: Pick<OpenData, "dataset" | "fingerprint">,
): Promise<void> {
  const other = await otherThanFirst(ranks, `${listing} ${content}`);
  if (other === undefined) return;
  throw new DataError(
    `Cannot train on ${ranks.size} ranks because rank ${other} reads another dataset in ${dataset.root} than rank 0: ` +
      "give all of them the same files",
  );
}
