/** The table that parity prints, and the same as JSON. */
import type { Row } from "./case.ts";
import { type Comparison, worstOf } from "./compare.ts";

/** A row with its verdict. */
export interface Judged extends Row {
  readonly ok: boolean;
  /** Why nothing could be compared. */
  readonly error?: string;
  /** Since its case began. */
  readonly seconds: number;
}

/** Judges a row: it passes if every comparison is within its tolerance. */
export function judged(row: Row, seconds: number): Judged {
  return { ...row, ok: worstOf(row.comparisons).share <= 1, seconds };
}

const COMPARED = 28, ERROR = 9, SHARE = 8;

/** Prints the table's head, and returns what prints its rows; the first column fits the cases' names. */
export function table(print: (line: string) => void, names: readonly string[]): (row: Judged) => void {
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const line = (name: string, compared: string, error: string, share: string, verdict: string) =>
    print(
      `${name.padEnd(width)} ${compared.padEnd(COMPARED)} ${error.padStart(ERROR)} ${
        share.padStart(SHARE)
      }  ${verdict}`
        .trimEnd(),
    );
  let isBegun = false;
  return (row) => {
    if (!isBegun) line("case", "compared", "error", "share", "");
    isBegun = true;
    if (row.error !== undefined) {
      line(row.name, "-", "-", "-", "FAIL");
      return print(`  ${row.error}`);
    }
    const worst = worstOf(row.comparisons);
    const verdict = row.ok ? "ok" : "FAIL", note = row.note ? `  (${row.note})` : "";
    line(
      row.name,
      compared(row.comparisons, worst),
      scientific(worst.error),
      percent(worst.share),
      verdict + note,
    );
    for (const { share, worst, tolerance } of row.comparisons) {
      if (!(share <= 1)) print(`  ${worst}: ${share.toPrecision(3)} times the tolerance ${tolerance}`);
    }
  };
}

/** `y, dx, dw*`, the star at the worst where there are several. */
function compared(comparisons: readonly Comparison[], worst: Comparison): string {
  const shown = comparisons.length > 5
    ? [`${comparisons.length} tensors, ${worst.what}*`]
    : comparisons.map((one) => one === worst && comparisons.length > 1 ? `${one.what}*` : one.what);
  return shown.join(", ");
}

const scientific = (value: number) => value === 0 ? "0" : value.toExponential(1);
const percent = (share: number) => Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "-";

/** What a run came to. */
export interface Outcome {
  readonly folder: string;
  readonly rows: readonly Judged[];
  readonly notCovered: readonly string[];
  readonly seconds: number;
  /** Cases that --only left out. */
  readonly skipped: number;
}

/** The lines below the table, and everything as a JSON value. */
export function report(outcome: Outcome): { lines: string[]; json: unknown } {
  const { folder, rows, notCovered, seconds, skipped } = outcome;
  const failed = rows.filter(({ ok }) => !ok);
  const lines = [""];
  if (notCovered.length > 0) lines.push(`not covered: ${notCovered.join(", ")}`);
  if (skipped > 0) lines.push(`left out by --only: ${skipped} cases`);
  lines.push(
    failed.length === 0
      ? `${rows.length} rows, all within tolerance, in ${seconds.toFixed(1)} s`
      : `${failed.length} of ${rows.length} rows FAIL, in ${seconds.toFixed(1)} s: ` +
        failed.map(({ name }) => name).join(", "),
  );
  return { lines, json: { folder, ok: failed.length === 0, seconds, skipped, notCovered, rows } };
}
