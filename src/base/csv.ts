/** Lines of comma-separated values (RFC 4180), which a spreadsheet may open without running what is in them. */

/** A cell: a number, or a text such as the name of a file or class. */
export type Cell = string | number;

/** What begins a formula in a spreadsheet, also in full width. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** A signed number runs nothing. */
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** A line without its end. A text that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvLine(cells: readonly Cell[]): string {
  return cells.map((cell) => typeof cell === "number" ? String(cell) : quoted(harmless(cell))).join(",");
}

/** Lines with their ends. */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return rows.map((cells) => csvLine(cells) + "\n").join("");
}

/** The texts of a line that {@link csvLine} wrote. */
export function csvCells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, inQuotes, plain]) =>
    original(inQuotes === undefined ? plain : inQuotes.replaceAll('""', '"'))
  );
}

function isFormula(text: string): boolean {
  return FORMULA.test(text) && !NUMBER.test(text);
}

function harmless(text: string): string {
  return isFormula(text) ? `'${text}` : text;
}

function original(text: string): string {
  return text.startsWith("'") && isFormula(text.slice(1)) ? text.slice(1) : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
