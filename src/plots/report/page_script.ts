/**
 * The scripts of the pages: modules in page/, kept as text. They are joined into one classic script, because a page
 * opened from disk cannot load modules. Imports and the keyword `export` are removed, so all share one scope, in the
 * order below; uPlot is a script of its own.
 */
import charts from "./page/charts.js" with { type: "text" };
import comparedConfig from "./page/compared_config.js" with { type: "text" };
import comparedCurves from "./page/compared_curves.js" with { type: "text" };
import comparedMatrices from "./page/compared_matrices.js" with { type: "text" };
import comparedRuns from "./page/compared_runs.js" with { type: "text" };
import comparison from "./page/comparison.js" with { type: "text" };
import comparisonMain from "./page/comparison_main.js" with { type: "text" };
import dom from "./page/dom.js" with { type: "text" };
import grid from "./page/grid.js" with { type: "text" };
import main from "./page/main.js" with { type: "text" };
import matrix from "./page/matrix.js" with { type: "text" };
import paper from "./page/paper.js" with { type: "text" };
import pictures from "./page/pictures.js" with { type: "text" };
import tables from "./page/tables.js" with { type: "text" };

/** Of a run's report. */
export const reportScript: string = joined([dom, paper, tables, pictures, grid, matrix, charts, main]);

/** Of a comparison of runs. */
export const comparisonScript: string = joined([
  dom,
  paper,
  tables,
  grid,
  charts,
  comparedRuns,
  comparedCurves,
  comparedConfig,
  comparedMatrices,
  comparison,
  comparisonMain,
]);

/** Strict, and without globals. */
function joined(modules: readonly string[]): string {
  return `(() => {\n"use strict";\n${modules.map(tied).join("\n")}})();\n`;
}

function tied(module: string): string {
  return module.replace(/^import [^;]*;\n/gm, "").replace(/^export (?=function|const|class)/gm, "");
}
