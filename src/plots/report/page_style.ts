/** The style sheets of the report and of a comparison. Later parts override earlier ones. */
import charts from "./page/style/charts.css" with { type: "text" };
import comparison from "./page/style/comparison.css" with { type: "text" };
import confidence from "./page/style/confidence.css" with { type: "text" };
import controls from "./page/style/controls.css" with { type: "text" };
import matrix from "./page/style/matrix.css" with { type: "text" };
import narrowAndPrint from "./page/style/narrow_and_print.css" with { type: "text" };
import page from "./page/style/page.css" with { type: "text" };
import pictures from "./page/style/pictures.css" with { type: "text" };
import tables from "./page/style/tables.css" with { type: "text" };
import tokens from "../style/tokens.css" with { type: "text" };

const frame = [tokens, page].join("\n");

/** Of a run's report. */
export const pageStyle = [frame, controls, charts, matrix, pictures, tables, confidence, narrowAndPrint].join(
  "\n",
);

const parts = [controls, charts, matrix, tables, comparison, narrowAndPrint].join("\n");

/** Of a comparison of runs. */
export const comparisonStyle = `${frame}\n${parts}`;

/** Of a comparison that is part of a page with uPlot's styles, in an element of the class "comparison". */
export const innerComparisonStyle = `.comparison {\n${parts}}\n`;
