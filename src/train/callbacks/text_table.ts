/** Tables of text, for terminals. */

/** Rows under headings in columns as wide as they need; the first column begins at the left, numbers end at the right. */
export function textTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const lines = [headings, ...rows].map((line) => line.map(printable));
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => [...line[column]].length)));
  return lines.map((line) =>
    line.map((text, column) => {
      const space = " ".repeat(widths[column] - [...text].length);
      return column === 0 ? text + space : space + text;
    }).join("  ").trimEnd()
  );
}

/** A name without what would move a terminal's cursor or change its colours. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}/gu, "\ufffd");
}
