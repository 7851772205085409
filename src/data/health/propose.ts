/**
 * Proposes corrections that follow from a report. Only clear cases are proposed: files that cannot be read, surplus
 * copies, copies in train of evaluation images, and images with two labels, none of which can be trusted unless near
 * duplicates of the image agree on one. All are proposals: review the file before using it.
 */
import type { Correction } from "../files/patch.ts";
import type { Split } from "../types.ts";
import type { Finding, FoundFile, HealthReport, Kind } from "./types.ts";

/** Splits from the last one evaluated to the one trained on: a copy is kept in the first of these. */
const KEPT_IN: readonly Split[] = ["test", "valid", "train"];

/** The corrections, one for each image, in the order of the findings. */
export function proposeCorrections(report: HealthReport): Correction[] {
  const corrections = new Map<string, Correction>();
  const drop = ({ path: image }: FoundFile, reason: string) => {
    if (!corrections.has(image)) corrections.set(image, { image, action: "drop", reason });
  };
  const groups = (kind: Kind) => report.findings.find((finding) => finding.kind === kind)?.groups ?? [];
  for (const [file] of groups("unreadable")) drop(file, `unreadable: ${withoutWords(file.note)}`);
  const twins = twinLabels(report.findings);
  for (const group of groups("two_labels")) dropLabels(group, twins, drop);
  const isKept = ({ path }: FoundFile) => !corrections.has(path);
  for (const kind of ["leak", "duplicate"] as const) {
    for (const group of groups(kind)) {
      const [kept, ...others] = byImage(group.filter(isKept)).sort((a, b) =>
        KEPT_IN.indexOf(a.split) - KEPT_IN.indexOf(b.split)
      );
      for (const other of others) {
        drop(other, `the same image as "${kept.path}" in ${kept.split}`);
      }
    }
  }
  return [...corrections.values()];
}

/** A reason without a decoder's own words, so that a dataset has the same patch in a page and on each machine. */
function withoutWords(reason = ""): string {
  return /^the file is (?:damaged|truncated)\b/.test(reason) ? "the file is damaged or truncated" : reason;
}

/** One entry for each image, which JSONL lines may name several times. */
function byImage(group: readonly FoundFile[]): FoundFile[] {
  return [...new Map(group.map((file) => [file.path, file])).values()];
}

/** Labels of the near duplicates of each file, by its path. */
function twinLabels(findings: readonly Finding[]): Map<string, Set<string>> {
  const labels = new Map<string, Set<string>>();
  for (const { kind, groups } of findings) {
    if (kind !== "near_duplicate" && kind !== "leak_near" && kind !== "two_labels_near") continue;
    for (const group of groups) {
      for (const { path } of group) {
        const known = labels.get(path) ?? new Set();
        for (const other of group) if (other.path !== path) known.add(other.className);
        labels.set(path, known);
      }
    }
  }
  return labels;
}

/** Keeps the label on which the near duplicates of all copies agree; if there is none, drops all copies. */
function dropLabels(
  group: readonly FoundFile[],
  twins: ReadonlyMap<string, ReadonlySet<string>>,
  drop: (file: FoundFile, reason: string) => void,
): void {
  const labels = [...new Set(group.map(({ className }) => className))];
  const voted = new Set(group.flatMap(({ path }) => [...twins.get(path) ?? []]));
  const [winner] = voted.size === 1 ? voted : [];
  const isAmbiguousFile = new Set(group.map(({ path }) => path)).size < group.length;
  const names = labels.map((label) => `"${label}"`).join(" and ");
  for (const file of group) {
    if (winner !== undefined && !isAmbiguousFile && labels.includes(winner)) {
      if (file.className !== winner) drop(file, `labelled ${names}; its near duplicates are "${winner}"`);
    } else drop(file, `labelled ${names}: no way to tell which is right`);
  }
}
