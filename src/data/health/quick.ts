/**
 * Findings that are available once a dataset's files have been read for training, within a fraction of a second:
 * classes, unreadable and misnamed files, and identical files with two labels or in two splits.
 */
import type { Unreadable } from "../decode/pictures.ts";
import { type Dataset, type FileTree, type Split, SPLITS } from "../types.ts";
import { classFindings } from "./class_findings.ts";
import type { Finding, FoundFile, Kind } from "./types.ts";
import type { WatchedFiles } from "./watch.ts";

/** The findings. `unreadable` lists the files of each split that could not be decoded. */
export async function quickFindings(
  dataset: Dataset,
  unreadable: Readonly<Partial<Record<Split, readonly Unreadable[]>>>,
  watched: WatchedFiles,
  isMirrored: boolean,
): Promise<Finding[]> {
  const files = allFiles(dataset);
  const reasons = new Map(
    SPLITS.flatMap((split) => unreadable[split] ?? []).map(({ path, reason }) => [path, reason]),
  );
  const named = (notes: ReadonlyMap<string, string>) =>
    firstByPath(files.filter(({ path }) => notes.has(path)))
      .map((file): FoundFile[] => [{ ...file, note: notes.get(file.path)! }]);
  const found: [Kind, FoundFile[][]][] = [
    ["unreadable", named(reasons)],
    ["belied_name", named(new Map([...watched.belied].filter(([path]) => !reasons.has(path))))],
    ...await copies(files.filter(({ path }) => !reasons.has(path)), watched),
  ];
  const findings = found.flatMap(([kind, groups]) =>
    groups.length === 0 ? [] : [{ kind, groups, classes: [] }]
  );
  return [...findings, ...classFindings(dataset, isMirrored)];
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
  { probes, source }: WatchedFiles,
): Promise<[Kind, FoundFile[][]][]> {
  const isMixed = (key: "className" | "split") => (group: readonly FoundFile[]) =>
    group.some((file) => file[key] !== group[0][key]);
  const alike = [
    ...Map.groupBy(files.filter(({ path }) => probes.has(path)), ({ path }) => probes.get(path)!).values(),
  ];
  const groups: FoundFile[][] = [];
  for (const group of alike) {
    if (isMixed("className")(group) || isMixed("split")(group)) {
      groups.push(...await equalFiles(group, source));
    }
  }
  return [["two_labels", groups.filter(isMixed("className"))], ["leak", groups.filter(isMixed("split"))]];
}

/** Splits files with equal probes into groups with identical bytes. */
async function equalFiles(files: readonly FoundFile[], tree: FileTree): Promise<FoundFile[][]> {
  const groups: { readonly bytes: Uint8Array; readonly files: FoundFile[] }[] = [];
  for (const [path, same] of Map.groupBy(files, (file) => file.path)) {
    const bytes = await tree.read(path);
    const known = groups.find((group) => isEqual(group.bytes, bytes));
    if (known !== undefined) known.files.push(...same);
    else groups.push({ bytes, files: [...same] });
  }
  return groups.map((group) => group.files);
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
