/** The health check of a dataset, which reads and decodes every file once. */
import { noProgress } from "../../base/progress.ts";
import type { Dataset, Decode, FileTree } from "../types.ts";
import type { Step } from "../transforms/transform.ts";
import { describeRanges } from "../decode/ranges.ts";
import { classFindings, countSplits, imbalanceOf } from "./class_findings.ts";
import { oddFiles } from "./file_findings.ts";
import { type Inspect, inspectFiles, inspecting, type InspectOptions } from "./inspect.ts";
import { type SameGroup, samePictures } from "./same_pictures.ts";
import {
  type Finding,
  type FoundFile,
  type HealthReport,
  type InspectedFile,
  type Kind,
  KINDS,
} from "./types.ts";

/** Options of {@link checkHealth}. */
export interface HealthOptions extends InspectOptions {
  /** The steps that training images go through; none by default. */
  readonly train?: readonly Step[];
}

/** Checks a dataset whose samples are already read. A file that cannot be decoded is a finding, not an error. */
export async function checkHealth(
  tree: FileTree,
  dataset: Dataset,
  decode: Decode,
  options: HealthOptions,
): Promise<HealthReport> {
  return await checkSeen(dataset, inspecting(tree, decode), options);
}

/** The same for a dataset whose files others inspect, such as workers. */
export async function checkSeen(
  dataset: Dataset,
  inspect: Inspect,
  options: HealthOptions,
): Promise<HealthReport> {
  const files = await inspectFiles(dataset, inspect, options);
  return await reportHealth(dataset, files, options);
}

/** The report on inspected files. */
async function reportHealth(
  dataset: Dataset,
  files: readonly InspectedFile[],
  { train = [], progress = noProgress, signal }: HealthOptions,
): Promise<HealthReport> {
  const splits = countSplits(dataset);
  const ranges = describeRanges(files.map(({ picture }) => picture?.assumedBits));
  const findings = [
    ...classFindings(dataset, train),
    ...fileFindings(files, await samePictures(files, { progress, signal }), dataset.classes),
  ];
  return {
    root: dataset.root,
    classes: dataset.classes,
    splits,
    files: files.length,
    imbalance: imbalanceOf(splits),
    findings: worstFirst(findings),
    understood: dataset.understood,
    notes: [...dataset.notes, ...ranges === undefined ? [] : [ranges]],
    ignored: dataset.ignored,
  };
}

/** The report on the same files, if training images go through other steps. */
export function withTraining(report: HealthReport, dataset: Dataset, train: readonly Step[]): HealthReport {
  const ofFiles = report.findings.filter(({ groups }) => groups.length > 0);
  return { ...report, findings: worstFirst([...classFindings(dataset, train), ...ofFiles]) };
}

/** In the order of KINDS, which is by severity. */
function worstFirst(findings: readonly Finding[]): Finding[] {
  const kinds = Object.keys(KINDS);
  return [...findings].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

function fileFindings(
  files: readonly InspectedFile[],
  same: readonly SameGroup[],
  classes: readonly string[],
): Finding[] {
  const groups = new Map<Kind, FoundFile[][]>();
  const add = (kind: Kind, group: FoundFile[]) => {
    const known = groups.get(kind);
    if (known === undefined) groups.set(kind, [group]);
    else known.push(group);
  };
  for (const { kind, file, note } of oddFiles(files)) add(kind, placesOf(file, note, classes).slice(0, 1));
  for (const { kind, files: group } of same) {
    add(kind, group.flatMap(({ file, note }) => placesOf(file, note, classes)));
  }
  return [...groups].map(([kind, found]) => ({ kind, groups: found, classes: [] }));
}

/** One entry for each split and class that contains the file. */
function placesOf({ path, places }: InspectedFile, note: string, classes: readonly string[]): FoundFile[] {
  const seen = new Set<string>();
  return places.flatMap(({ split, label }) => {
    const key = `${split}/${label}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ path, split, className: classes[label], ...(note === "" ? {} : { note }) }];
  });
}
