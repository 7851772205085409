/** Tables that sort by clicking a heading and can be filtered by name. */
import { debounced, h } from "./dom.js";

/** Minimum number of rows for a filter field. */
const FILTERED = 16;

/**
 * A column is { name, value(row), text(row), bar(row)?: 0 .. 1, number: boolean, descends?: boolean }: numbers sort in
 * descending order first, unless they say otherwise. Rows whose value is null come last. Initially sorted by the first
 * column, ascending.
 */
export function sortableTable(columns, rows, nameOf, what = "classes") {
  let sorted = { column: 0, descending: false };
  const body = h("tbody");
  const headings = columns.map((column, i) =>
    h(
      "th",
      { scope: "col", class: column.number ? "number" : undefined },
      h(
        "button",
        { type: "button", onclick: () => sort(i) },
        column.name,
        h("span", { "aria-hidden": "true" }),
      ),
    )
  );
  const lines = rows.map((row) => ({ row, line: tableLine(columns, row) }));
  const sort = (i) => {
    const { number, descends = number === true } = columns[i];
    const descending = i === sorted.column ? !sorted.descending : descends;
    sorted = { column: i, descending };
    show();
  };
  const show = () => {
    const { value } = columns[sorted.column], sign = sorted.descending ? -1 : 1;
    lines.sort((a, b) => compare(value(a.row), value(b.row), sign));
    body.replaceChildren(...lines.map(({ line }) => line));
    headings.forEach((heading, i) => {
      const isSorted = i === sorted.column;
      heading.setAttribute("aria-sort", !isSorted ? "none" : sorted.descending ? "descending" : "ascending");
    });
  };
  show();
  const table = h("table", { class: "sortable" }, h("thead", {}, h("tr", {}, headings)), body);
  const scroll = h("div", {
    class: "scroll",
    tabindex: "0",
    role: "region",
    "aria-label": `Table of ${what}`,
  }, table);
  if (rows.length < FILTERED) return scroll;
  const filter = h("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  filter.addEventListener(
    "input",
    debounced(() => {
      const wanted = filter.value.toLowerCase();
      for (const { row, line } of lines) line.hidden = !nameOf(row).toLowerCase().includes(wanted);
    }, 60),
  );
  return h("div", {}, h("label", { class: "search" }, `Filter ${what} `, filter), scroll);
}

function tableLine(columns, row) {
  const cells = columns.map(({ text, bar, number }, i) => {
    const cell = h(i === 0 ? "th" : "td", { class: number ? "number" : undefined }, text(row));
    if (i === 0) cell.setAttribute("scope", "row");
    const share = bar?.(row);
    if (share !== undefined && share !== null) {
      cell.classList.add("bar");
      cell.style.setProperty("--share", String(share));
    }
    return cell;
  });
  return h("tr", {}, cells);
}

/** Compares numbers by value and texts in natural order ("2" before "10"), null last in either direction. */
function compare(a, b, sign) {
  if (a === null || b === null) return (a === null) - (b === null);
  if (typeof a === "number") return sign * (a - b);
  return sign * a.localeCompare(b, "en", { numeric: true });
}
