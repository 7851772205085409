/** The table that parity prints, also available as JSON. */
import { tableRow } from "../base/text_table.ts";
import type { Row } from "./case.ts";
import { type Comparison, worstOf } from "./compare.ts";

/** A row with its verdict. */
export interface Judged extends Row {
  readonly ok: boolean;
  /** Why nothing could be compared. */
  readonly error?: string;
  /** The duration of its case. */
  readonly seconds: number;
}

/** Judges a row: it passes if every comparison is within its tolerance. */
export function judged(row: Row, seconds: number): Judged {
  return { ...row, ok: worstOf(row.comparisons).share <= 1, seconds };
}

/** Widths of the columns; the name of a trajectory is followed by its part. */
const NAME = 33, COMPARED = 27, ERROR = 9, SHARE = 9;

/** Prints the head of the table, and returns the function that prints rows; the first column fits all names. */
export function table(print: (line: string) => void, names: readonly string[]): (row: Judged) => void {
  const width = names.reduce((most, { length }) => Math.max(most, length), NAME);
  const line = (name: string, compared: string, error: string, share: string, verdict: string) => {
    print(tableRow([name, compared, error, share, verdict], [width, COMPARED, ERROR, SHARE, 0], [0, 1, 4]));
  };
  line("case", "compared", "error", "share", "");
  return (row) => {
    if (row.error !== undefined) {
      line(row.name, "-", "-", "-", "FAIL");
      return print(`  ${row.error}`);
    }
    const worst = worstOf(row.comparisons);
    const verdict = (row.ok ? "ok" : "FAIL") + (row.note ? `  ${row.note}` : "");
    line(row.name, comparedText(row.comparisons, worst), errorText(worst), shareText(worst), verdict);
    for (const { share, worst } of row.comparisons) {
      if (!(share <= 1)) print(`  ${worst} (${share.toPrecision(3)} times the allowed error)`);
    }
  };
}

/** `y, dx, dw*`, with a star at the worst if there are several. */
function comparedText(comparisons: readonly Comparison[], worst: Comparison): string {
  if (comparisons.length === 1) return worst.what;
  if (comparisons.length > 5) return `${comparisons.length} tensors, ${worst.what}*`;
  return comparisons.map((one) => one === worst ? `${one.what}*` : one.what).join(", ");
}

/** `2.1e-6`, or `1 level`. */
function errorText({ error, unit }: Comparison): string {
  if (!Number.isFinite(error)) return "-";
  if (unit !== undefined) return `${error} ${unit}${error === 1 ? "" : "s"}`;
  return error === 0 ? "0" : error.toExponential(1);
}

function shareText({ share }: Comparison): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "-";
}

/** The result of a run. */
export interface Outcome {
  readonly folder: string;
  readonly rows: readonly Judged[];
  readonly notCovered: readonly string[];
  readonly seconds: number;
  /** Cases excluded by --only. */
  readonly skipped: number;
}

/** The lines below the table, and everything as a JSON value (where infinite values become null). */
export function report(outcome: Outcome): { lines: string[]; json: unknown } {
  const { rows, notCovered, seconds, skipped } = outcome;
  const failed = rows.filter(({ ok }) => !ok).map(({ name }) => name);
  const lines = [""];
  if (notCovered.length > 0) lines.push(`not covered: ${notCovered.join(", ")}`);
  if (skipped > 0) lines.push(`skipped by --only: ${skipped} cases`);
  const verdict = failed.length === 0
    ? `all ${rows.length} rows within tolerance, ${worstText(rows)}`
    : `${failed.length} of ${rows.length} rows FAIL: ${failed.join(", ")}`;
  lines.push(`${verdict} (${seconds.toFixed(1)} s)`);
  return { lines, json: { ok: failed.length === 0, ...outcome } };
}

/** The row closest to its tolerance. */
function worstText(rows: readonly Judged[]): string {
  const worst = rows.map((row) => ({ name: row.name, ...worstOf(row.comparisons) }))
    .reduce((most, next) => next.share > most.share ? next : most);
  return `at most ${shareText(worst)} of it (${worst.name})`;
}
