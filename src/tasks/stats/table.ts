/** A report for the terminal: counts, then each finding with its first files. */
import { printable } from "../../base/printable.ts";
import { textTable } from "../../base/text_table.ts";
import {
  countFindings,
  type Finding,
  type FoundFile,
  type HealthReport,
  KINDS,
  SEVERITIES,
} from "../../data/health/types.ts";
import type { IgnoredFile } from "../../data/types.ts";
import { counted, imbalanceText } from "../../data/words.ts";

/** Number of groups and classes shown for a finding, and of files in a group. */
const SHOWN = 5, SHOWN_FILES = 4;
/** More classes than this are shown in several columns. */
const CLASSES_IN_A_COLUMN = 16;
/** Gap between columns, and the maximum length of a line. */
const GAP = "    ", LINE = 110;

/** The lines of the report. */
export function tableLines(report: HealthReport): string[] {
  const { root, understood, notes, findings, ignored } = report;
  const { error, warning, info } = countFindings(findings);
  const total = findings.length === 0
    ? "no problems found"
    : `${counted(error, "error")}, ${counted(warning, "warning")}, ${info} info`;
  return [
    `data    ${root}`,
    ...(understood === "" ? [] : [`  read as: ${understood}`]),
    ...notes.map((note) => `  note: ${note}`),
    "",
    ...countLines(report),
    "",
    ...ignoredLines(ignored),
    ...SEVERITIES.flatMap((severity) =>
      findings.filter(({ kind }) => KINDS[kind].severity === severity).flatMap(findingLines)
    ),
    `health  ${total}`,
  ];
}

/** Files that are not used: for each reason their number and the first of them. */
function ignoredLines(ignored: readonly IgnoredFile[]): string[] {
  if (ignored.length === 0) return [];
  const lines = [...Map.groupBy(ignored, ({ reason }) => reason)].map(([reason, files]) => {
    const first = files.slice(0, SHOWN_FILES).map(({ path }) => printable(path)).join("  ");
    const more = files.length > SHOWN_FILES ? `  and ${files.length - SHOWN_FILES} more` : "";
    return `          ${printable(reason)}: ${first}${more}`;
  });
  return [`unused  ${counted(ignored.length, "file")}, of which --json lists all:`, ...lines, ""];
}

/** Samples by class and split, in as many columns as necessary. */
function countLines({ classes, splits, imbalance }: HealthReport): string[] {
  const rows = classes.map((name, label) => [
    name,
    ...splits.map(({ counts }) => counts[label] === 0 ? "-" : String(counts[label])),
  ]);
  const heading = ["class", ...splits.map(({ split }) => split)];
  const total = ["all", ...splits.map(({ counts }) => String(counts.reduce((sum, count) => sum + count, 0)))];
  const [headingLine, totalLine, ...lines] = textTable([heading, total, ...rows]);
  const fitting = Math.floor(LINE / (headingLine.length + GAP.length));
  const columns = Math.max(1, Math.min(Math.ceil(lines.length / CLASSES_IN_A_COLUMN), fitting));
  const height = Math.ceil(lines.length / columns);
  const beside = (y: number) => lines.filter((_, i) => i % height === y).join(GAP);
  return [
    Array(columns).fill(headingLine).join(GAP),
    ...Array.from({ length: height }, (_, y) => beside(y)),
    totalLine,
    "",
    imbalanceText(imbalance),
  ];
}

function findingLines({ kind, groups, classes }: Finding): string[] {
  const { severity, title, advice } = KINDS[kind];
  const files = groups.flat().length;
  const size = [
    ...(groups.length > 0 && groups.length < files ? [counted(groups.length, "group")] : []),
    ...(files > 0 ? [counted(files, "file")] : []),
    ...(classes.length > 0 ? [counted(classes.length, "class")] : []),
  ].join(" of ");
  const lines = [
    ...groups.slice(0, SHOWN).map(groupLine),
    ...classes.slice(0, SHOWN).map(({ className, note }) =>
      `"${printable(className)}"${note === "" ? "" : `: ${note}`}`
    ),
  ];
  const more = Math.max(groups.length, classes.length) - SHOWN;
  return [
    `${severity.padEnd(7)} ${title}: ${size}. ${advice}`,
    ...[...lines, ...(more > 0 ? [`and ${more} more`] : [])].map((line) => `          ${line}`),
    "",
  ];
}

function groupLine(group: readonly FoundFile[]): string {
  const shown = group.slice(0, SHOWN_FILES).map(({ path, className, note }) => {
    const inPath = path.split("/").includes(className);
    const about = [...(inPath ? [] : [`"${printable(className)}"`]), ...(note ? [note] : [])];
    return `${printable(path)}${about.length > 0 ? ` (${about.join(", ")})` : ""}`;
  });
  return [...shown, ...(group.length > SHOWN_FILES ? [`and ${group.length - SHOWN_FILES} more`] : [])].join(
    "  ",
  );
}
