/** A dataset's health in a line or two before the first epoch, from checks that cost next to nothing. */
import type { Config } from "../config/mod.ts";
import { quickFindings, unreadableFinding } from "../data/health/quick.ts";
import { countFindings, type Finding, KINDS } from "../data/health/types.ts";
import type { PictureStore } from "../data/decode/picture_store.ts";
import type { ScannedFiles } from "../data/decode/scan.ts";
import type { Dataset, FileTree, Split } from "../data/types.ts";
import { counted } from "../data/words.ts";
import { shellQuote } from "../base/shell_quote.ts";

/** A dataset whose files have been scanned for training. */
interface ScannedData {
  readonly tree: FileTree;
  readonly dataset: Dataset;
  readonly scanned: ScannedFiles;
  store(split: Split): PictureStore;
}

/** Runs the checks that need no further decoding. */
export function quickHealth(
  config: Config,
  { tree, dataset, scanned, store }: ScannedData,
  splits: readonly Split[],
): Promise<Finding[]> {
  const unreadable = unreadableOf(store, splits);
  return quickFindings(dataset, tree, unreadable, scanned, config.transforms.train);
}

/** The findings with all unreadable files that are known by now. */
export function currentHealth(
  { dataset, store }: Pick<ScannedData, "dataset" | "store">,
  findings: readonly Finding[],
  splits: readonly Split[],
): Finding[] {
  const others = findings.filter(({ kind }) => kind !== "unreadable");
  return [...unreadableFinding(dataset, unreadableOf(store, splits)), ...others];
}

function unreadableOf(store: ScannedData["store"], splits: readonly Split[]) {
  return Object.fromEntries(splits.map((split) => [split, store(split).unreadable]));
}

/** A line about the findings, or undefined if there are no errors or warnings. */
export function healthNote(config: Config, all: readonly Finding[]): string | undefined {
  const findings = all.filter(({ kind }) => KINDS[kind].severity !== "info");
  if (findings.length === 0) return undefined;
  const { error, warning } = countFindings(findings);
  const counts = [
    ...(error > 0 ? [counted(error, "error")] : []),
    ...(warning > 0 ? [counted(warning, "warning")] : []),
  ].join(", ");
  const what = findings.map(({ kind }) => KINDS[kind].title.toLowerCase()).join(", ");
  return `health  ${counts} (${what}); for files and more: deno task stats ${dataArguments(config)}`;
}

/** The words that identify the dataset on a command line. */
function dataArguments({ data: { name, data_root } }: Config): string {
  if (name === "image_folder" && data_root !== null) return shellQuote(data_root);
  const root = data_root === null ? [] : [`data.data_root=${data_root}`];
  return [`data=${name}`, ...root].map(shellQuote).join(" ");
}
