/** The keys of the configuration that differ between runs, as a table with a column for each run. */
import { swatch } from "./compared_runs.js";
import { h } from "./dom.js";

/** With more runs than this their columns have short names. */
const NAMED = 4;

/** The table; values other than that of most runs are bold. */
export function configTable({ runs, config }) {
  const heads = runs.map(({ name, short }, i) => {
    const text = runs.length > NAMED ? [short, h("span", { class: "unseen" }, ` ${name}`)] : [name];
    return h("th", { scope: "col", title: name }, swatch(i), ...text);
  });
  const rows = config.map(({ key, values }) => {
    const usual = usualOf(values);
    const cells = values.map((value) => {
      const text = value ?? "not set";
      return h(
        "td",
        { class: value === null ? "hint" : undefined },
        usual === undefined || value === usual ? text : h("b", {}, text),
      );
    });
    return h("tr", {}, h("th", { scope: "row" }, key), cells);
  });
  const table = h(
    "table",
    { class: "config" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Key"), heads)),
    h("tbody", {}, rows),
  );
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of keys" }, table);
}

/** The value of more than half of the runs; undefined if there is none. */
function usualOf(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].find(([, count]) => count > values.length / 2)?.[0];
}
