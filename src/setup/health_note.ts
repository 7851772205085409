/** A dataset's health in a line or two before the first epoch, from checks that cost next to nothing. */
import type { Config } from "../config/mod.ts";
import { quickFindings } from "../data/health/quick.ts";
import { countFindings, type Finding, KINDS } from "../data/health/types.ts";
import type { WatchedFiles } from "../data/health/watch.ts";
import type { PictureStore } from "../data/decode/pictures.ts";
import type { Dataset, Split } from "../data/types.ts";
import { counted } from "../data/words.ts";
import { shellQuote } from "../base/shell_quote.ts";
import { isMirrored } from "./is_mirrored.ts";

/** A dataset whose files have been read for training. */
interface ReadData {
  readonly dataset: Dataset;
  readonly watched: WatchedFiles;
  store(split: Split): PictureStore;
}

/** Runs the checks that need no further decoding. */
export function quickHealth(
  config: Config,
  { dataset, watched, store }: ReadData,
  splits: readonly Split[],
): Promise<Finding[]> {
  const unreadable = Object.fromEntries(splits.map((split) => [split, store(split).unreadable]));
  return quickFindings(dataset, unreadable, watched, isMirrored(config));
}

/** A line about the findings, or undefined if there are no errors or warnings. */
export function healthNote(
  config: Config,
  { watched }: Pick<ReadData, "watched">,
  all: readonly Finding[],
): string | undefined {
  const findings = all.filter(({ kind }) => KINDS[kind].severity !== "info");
  // Files that workers read themselves are not seen here.
  const isUnseen = watched.probes.size === 0;
  const unseen = isUnseen ? "; names and copies were not looked at, as workers read the files" : "";
  const more = `deno task stats ${dataArguments(config)}`;
  if (findings.length === 0) {
    return isUnseen ? `health  nothing found in the counts${unseen}: ${more}` : undefined;
  }
  const { error, warning } = countFindings(findings);
  const counts = [
    ...(error > 0 ? [counted(error, "error")] : []),
    ...(warning > 0 ? [counted(warning, "warning")] : []),
  ].join(", ");
  const what = findings.map(({ kind }) => KINDS[kind].title.toLowerCase()).join(", ");
  return `health  ${counts} (${what})${unseen}; for files and more: ${more}`;
}

/** The words that identify the dataset on a command line. */
function dataArguments({ data: { name, data_root } }: Config): string {
  if (name === "image_folder" && data_root !== null) return shellQuote(data_root);
  const root = data_root === null ? [] : [`data.data_root=${data_root}`];
  return [`data=${name}`, ...root].map(shellQuote).join(" ");
}
