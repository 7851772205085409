/**
 * Findings that are available once a dataset's files have been scanned for training, within a fraction of a second:
 * classes, unreadable and misnamed files, and identical files with two labels or in two splits.
 */
import { append } from "../../base/lists.ts";
import { sha256 } from "../../base/sha256.ts";
import type { ScannedFiles, Unreadable } from "../decode/scan.ts";
import { type Dataset, type FileTree, type Split, SPLITS } from "../types.ts";
import type { Step } from "../transforms/transform.ts";
import { classFindings } from "./class_findings.ts";
import type { Finding, FoundFile, Kind } from "./types.ts";

/**
 * The findings. `unreadable` lists the files of each split that cannot be read, as far as is known; `train` are the steps
 * that training images go through.
 */
export async function quickFindings(
  dataset: Dataset,
  tree: FileTree,
  unreadable: UnreadableBySplit,
  scanned: ScannedFiles,
  train: readonly Step[],
): Promise<Finding[]> {
  const files = allFiles(dataset), reasons = reasonsOf(unreadable);
  const readable = files.filter(({ path }) => !reasons.has(path));
  const found: [Kind, FoundFile[][]][] = [
    ["belied_name", named(readable, scanned.belied)],
    ...await copies(readable, scanned, tree),
  ];
  const findings = found.flatMap(([kind, groups]) => findingOf(kind, groups));
  return [...unreadableFinding(dataset, unreadable), ...findings, ...classFindings(dataset, train)];
}

type UnreadableBySplit = Readonly<Partial<Record<Split, readonly Unreadable[]>>>;

/** The finding about unreadable files, if there are any. */
export function unreadableFinding(dataset: Dataset, unreadable: UnreadableBySplit): Finding[] {
  return findingOf("unreadable", named(allFiles(dataset), reasonsOf(unreadable)));
}

function reasonsOf(unreadable: UnreadableBySplit): Map<string, string> {
  return new Map(
    SPLITS.flatMap((split) => unreadable[split] ?? []).map(({ path, reason }) => [path, reason]),
  );
}

function findingOf(kind: Kind, groups: FoundFile[][]): Finding[] {
  return groups.length === 0 ? [] : [{ kind, groups, classes: [] }];
}

/** The files that have a note, each once and as a group. */
function named(files: readonly FoundFile[], notes: ReadonlyMap<string, string>): FoundFile[][] {
  return firstByPath(files.filter(({ path }) => notes.has(path)))
    .map((file) => [{ ...file, note: notes.get(file.path)! }]);
}

function allFiles({ splits, classes }: Dataset): FoundFile[] {
  return SPLITS.flatMap((split) =>
    splits[split].map(({ path, label }) => ({ path, split, className: classes[label] }))
  );
}

function firstByPath(files: readonly FoundFile[]): FoundFile[] {
  const seen = new Set<string>();
  return files.filter(({ path }) => !seen.has(path) && seen.add(path));
}

/** Groups of identical files with two labels, and in two splits. */
async function copies(
  files: readonly FoundFile[],
  { probes }: ScannedFiles,
  tree: FileTree,
): Promise<[Kind, FoundFile[][]][]> {
  const isMixed = (key: "className" | "split") => (group: readonly FoundFile[]) =>
    group.some((file) => file[key] !== group[0][key]);
  const alike = [
    ...Map.groupBy(files.filter(({ path }) => probes.has(path)), ({ path }) => probes.get(path)!).values(),
  ];
  const groups: FoundFile[][] = [];
  for (const group of alike) {
    if (isMixed("className")(group) || isMixed("split")(group)) {
      append(groups, await equalFiles(group, tree));
    }
  }
  return [["two_labels", groups.filter(isMixed("className"))], ["leak", groups.filter(isMixed("split"))]];
}

/** Splits files with equal probes into groups with identical bytes. */
async function equalFiles(files: readonly FoundFile[], tree: FileTree): Promise<FoundFile[][]> {
  const groups = new Map<string, FoundFile[]>();
  for (const [path, same] of Map.groupBy(files, (file) => file.path)) {
    const digest = (await sha256(await tree.read(path))).toHex();
    groups.set(digest, [...groups.get(digest) ?? [], ...same]);
  }
  return [...groups.values()];
}
