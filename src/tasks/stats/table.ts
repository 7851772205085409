/** A report on the terminal: counts, then each finding with its first files. */
import {
  countFindings,
  type Finding,
  type FoundFile,
  type HealthReport,
  KINDS,
  SEVERITIES,
} from "../../data/health/types.ts";
import { counted } from "../../data/words.ts";

/** Groups and classes of a finding that are shown, and files of a group. */
const SHOWN = 5, SHOWN_FILES = 4;
/** More classes than this are shown in columns side by side. */
const CLASSES_IN_A_COLUMN = 16;

/** The lines of the report. */
export function tableLines(report: HealthReport): string[] {
  const { root, notes, findings } = report;
  const { error, warning, info } = countFindings(findings);
  const total = findings.length === 0
    ? "nothing found"
    : `${counted(error, "error")}, ${counted(warning, "warning")}, ${info} info`;
  return [
    `data    ${root}`,
    ...notes.map((note) => `  note: ${note}`),
    "",
    ...countLines(report),
    "",
    ...SEVERITIES.flatMap((severity) =>
      findings.filter(({ kind }) => KINDS[kind].severity === severity).flatMap(findingLines)
    ),
    `health  ${total}`,
  ];
}

/** Samples by class and split, in as many columns as it takes. */
function countLines({ classes, splits, imbalance }: HealthReport): string[] {
  const rows = classes.map((name, label) => [
    printable(name),
    ...splits.map(({ counts }) => counts[label] === 0 ? "-" : String(counts[label])),
  ]);
  const heading = ["class", ...splits.map(({ split }) => split)];
  const total = ["all", ...splits.map(({ counts }) => String(counts.reduce((sum, count) => sum + count, 0)))];
  const widths = heading.map((_, i) => Math.max(...[heading, total, ...rows].map((row) => row[i].length)));
  const format = (row: readonly string[]) =>
    row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ");
  const columns = Math.max(1, Math.min(Math.ceil(rows.length / CLASSES_IN_A_COLUMN), columnsThatFit(widths)));
  const height = Math.ceil(rows.length / columns);
  const body = Array.from(
    { length: height },
    (_, y) =>
      Array.from({ length: columns }, (_, x) => rows[x * height + y]).flatMap((row) =>
        row ? [format(row)] : []
      )
        .join("    "),
  );
  return [
    Array.from({ length: columns }, () => format(heading)).join("    "),
    ...body,
    format(total),
    "",
    `The largest class of train has ${imbalance.toFixed(1)} times the images of the smallest.`,
  ].map((line) => line.trimEnd());
}

function columnsThatFit(widths: readonly number[]): number {
  const width = widths.reduce((sum, each) => sum + each + 2, 2);
  return Math.max(1, Math.floor(110 / width));
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

/** Without control characters, which a terminal would act on. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}
