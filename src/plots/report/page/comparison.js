/** A comparison of runs: its sections, the same in a file of its own and on the page. */
import { buildComparedCurves } from "./compared_curves.js";
import { configTable } from "./compared_config.js";
import { buildDifference } from "./compared_matrices.js";
import { runTable, unfinishedList } from "./compared_runs.js";
import { h } from "./dom.js";

/**
 * Builds the comparison in `place`.
 * @returns a function that lays it out for the width of a printed page, or for the available one
 */
export function buildComparison(place, comparison) {
  const { runs, unfinished, curves, config } = comparison;
  const lays = [];
  const add = (id, title, ...inside) => {
    const section = h(
      "section",
      { id, "aria-labelledby": `${id}-title` },
      h("h2", { id: `${id}-title` }, title),
      inside,
    );
    place.append(section);
    return section;
  };
  if (runs.length > 0) {
    add("runs", "Runs", runTable(comparison));
    if (curves.length > 0) {
      const hint =
        "Drag to zoom, double-click to reset. With the chart in focus: + and - zoom, arrows move, 0 resets.";
      const section = add("curves", "Curves", h("p", { class: "hint" }, hint));
      lays.push(buildComparedCurves(section, comparison));
    }
    const isSame = runs.length < 2 ? "There is one run only." : "All runs have the same configuration.";
    add(
      "config",
      "Configuration that differs",
      config.length > 0 ? configTable(comparison) : h("p", {}, isSame),
    );
    lays.push(buildDifference(add("confusion", "Confusion difference"), comparison));
  }
  if (unfinished.length > 0) add("unfinished", "Unfinished", unfinishedList(unfinished));
  const lay = (paper) => lays.forEach((one) => one(paper));
  lay();
  return lay;
}
