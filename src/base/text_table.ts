/** Tables of text, for terminals: columns two spaces apart. */
import { printable } from "./printable.ts";

/** Columns whose text begins at the left, by number; in all others it ends at the right, as numbers do. */
export type LeftColumns = readonly number[] | "all";

/** Rows in columns as wide as they need. All rows have as many cells, which are made {@link printable}. */
export function textTable(rows: readonly (readonly string[])[], left: LeftColumns = [0]): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => lengthOf(row[column])))) ?? [];
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

/** Characters, of which some take two units of a string. */
function lengthOf(text: string): number {
  return [...text].length;
}
