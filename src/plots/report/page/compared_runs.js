/** The table of runs, with the best of each column marked, and those that did not end well. */
import { strokeOf } from "./charts.js";
import { h, percent } from "./dom.js";
import { sortableTable } from "./tables.js";

/** The line of a run as it is in the charts. */
export function swatch(run) {
  const { colour, dash } = strokeOf(run);
  const kinds = [undefined, "dashed", "dotted"];
  const line = h("span", {
    class: `swatch ${kinds[!dash ? 0 : dash[0] > dash[1] ? 1 : 2] ?? ""}`,
    "aria-hidden": "true",
  });
  line.style.setProperty("--stroke", `var(${colour})`);
  return line;
}

/** The table of all runs. */
export function runTable({ runs, figures }) {
  const columns = figures.map(({ name, unit, best, values }) => {
    const marked = bestOf(values, best);
    return {
      name,
      number: true,
      descends: best !== "min",
      value: (i) => values[i],
      text: (i) => marked.has(i) ? bestMark(figureText(unit, values[i])) : figureText(unit, values[i]),
    };
  });
  const run = { name: "Run", value: (i) => i, text: (i) => runName(runs[i], i) };
  const texts = ({ name, folder, own }) => `${name} ${folder} ${own}`;
  return sortableTable([run, ...columns], runs.map((_, i) => i), (i) => texts(runs[i]), "runs");
}

/** Positions with the best value, if there is a worse one. */
export function bestOf(values, best) {
  const known = values.filter((value) => value !== null);
  const top = known.reduce((a, b) => best === "min" ? Math.min(a, b) : Math.max(a, b), known[0]);
  if (best === undefined || known.every((value) => value === top)) return new Set();
  return new Set([...values.keys()].filter((i) => values[i] === top));
}

function bestMark(text) {
  return h(
    "b",
    { class: "best" },
    h("span", { "aria-hidden": "true" }, "\u2605 "),
    text,
    h("span", { class: "unseen" }, " (best)"),
  );
}

function figureText(unit, value) {
  if (value === null) return "\u2013";
  if (unit === "%") return percent(value, 2);
  if (unit === "s") return `${value.toFixed(value < 10 ? 2 : 1)} s`;
  if (unit === "images/s") return value.toFixed(value < 100 ? 1 : 0);
  return Number.isInteger(value) ? String(value) : value.toFixed(4);
}

/** The line of a run, its name, and what else is to be known of it. */
function runName({ name, folder, own, status, href }, i) {
  const report = href === undefined ? [] : h("a", { href, "aria-label": `Report of ${name}` }, "report");
  const more = [[name === folder ? own : folder, " ", report], status ?? []];
  return h(
    "span",
    { class: "run-name" },
    swatch(i),
    h("span", {}, h("b", {}, name), more.map((part) => h("span", { class: "hint" }, [part].flat(2)))),
  );
}

/** What did not end well, with the reasons. */
export function unfinishedList(unfinished) {
  return h(
    "ul",
    { class: "unfinished" },
    unfinished.map(({ name, folder, reason }) =>
      h(
        "li",
        {},
        h("b", {}, name),
        name === folder ? [] : h("span", { class: "hint" }, ` ${folder}`),
        h("p", {}, reason),
      )
    ),
  );
}
