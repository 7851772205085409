/** Tables of text, for terminals: columns two spaces apart. */
import { largest } from "./lists.ts";
import { printable } from "./printable.ts";

/** Columns whose text begins at the left, by number; in all others it ends at the right, as numbers do. */
export type LeftColumns = readonly number[] | "all";

/** Rows in columns as wide as they need. All rows have as many cells, which are made {@link printable}. */
export function textTable(rows: readonly (readonly string[])[], left: LeftColumns = [0]): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = cells[0]?.map((_, column) => largest(cells.map((row) => lengthOf(row[column])))) ?? [];
  return cells.map((row) => tableRow(row, widths, left));
}

/** One row in columns of at least these widths. */
export function tableRow(
  cells: readonly string[],
  widths: readonly number[],
  left: LeftColumns = [0],
): string {
  const aligned = cells.map((text, column) => {
    const space = " ".repeat(Math.max(0, widths[column] - lengthOf(text)));
    return left === "all" || left.includes(column) ? text + space : space + text;
  });
  return aligned.join("  ").trimEnd();
}

/** Ideographs, kana, Hangul, full-width forms and emoji, for which terminals take two columns. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;

/** Columns of a terminal: what a reader sees as one character, such as a letter with its accents, takes one or two. */
function lengthOf(text: string): number {
  let columns = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) columns += WIDE.test(segment) ? 2 : 1;
  return columns;
}
