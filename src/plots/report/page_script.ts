/**
 * The script of the page: modules in page/, kept as text. They are joined into one classic script, because a page
 * opened from disk cannot load modules. Imports and the keyword `export` are removed, so all share one scope, in the
 * order below.
 */
import charts from "./page/charts.js" with { type: "text" };
import dom from "./page/dom.js" with { type: "text" };
import main from "./page/main.js" with { type: "text" };
import matrix from "./page/matrix.js" with { type: "text" };
import pictures from "./page/pictures.js" with { type: "text" };
import tables from "./page/tables.js" with { type: "text" };

/** Strict, and without globals. */
export const pageScript: string = `(() => {\n"use strict";\n${
  [dom, tables, pictures, matrix, charts, main].map(tied).join("\n")
}})();\n`;

function tied(module: string): string {
  return module.replace(/^import [^;]*;\n/gm, "").replace(/^export (?=function|const|class)/gm, "");
}
