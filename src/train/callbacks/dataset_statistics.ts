import * as z from "zod";
import { textTable } from "../../base/text_table.ts";
import { classBarsPlot, type SplitCounts } from "../../plots/class_bars_plot.ts";
import type { Callback } from "../callback.ts";
import { type CallbackContext, type CallbackPlugin, defineCallback } from "./plugin.ts";

const DOTS_PER_INCH = 150;
/** Maximum number of classes in the terminal's table. */
const SHOWN = 50;

/**
 * Before the first epoch: the samples of each class in each split, and their share of the split. Prints a table and
 * writes `dataset_statistics.json` and `.png`.
 */
export function datasetStatistics(
  { folder, samples, plotting, print, write }: Pick<
    CallbackContext,
    "folder" | "samples" | "plotting" | "print" | "write"
  >,
): Callback {
  return {
    name: "dataset_statistics",
    async fitStart({ classes }) {
      for (const line of statisticsTable(classes, samples)) print(line);
      const json = JSON.stringify(statistics(classes, samples), null, 2) + "\n";
      await write(`${folder}/dataset_statistics.json`, new TextEncoder().encode(json));
      const { font, png } = await plotting(classes);
      const plot = classBarsPlot({ title: "Samples of each class", names: classes, splits: samples }, font);
      await write(`${folder}/dataset_statistics.png`, await png(plot, DOTS_PER_INCH));
    },
  };
}

/** By split: the total, and count and share of each class in class order (an array, because names may be numbers). */
function statistics(classes: readonly string[], splits: readonly SplitCounts[]): object {
  return Object.fromEntries(splits.map(({ name, counts }) => {
    const total = sum(counts);
    const perClass = classes.map((name, i) => ({ name, count: counts[i], share: shareOf(counts[i], total) }));
    return [name, { total, classes: perClass }];
  }));
}

/** The lines of the table, limited to the first classes. */
export function statisticsTable(classes: readonly string[], splits: readonly SplitCounts[]): string[] {
  const cells = (counts: ArrayLike<number>, i: number) => {
    const share = shareOf(counts[i], sum(counts));
    return [String(counts[i]), share === null ? "-" : `${(100 * share).toFixed(1)} %`];
  };
  const headings = ["class", ...splits.flatMap(({ name }) => [name, "share"])];
  const rows = classes.slice(0, SHOWN).map((
    name,
    i,
  ) => [name, ...splits.flatMap(({ counts }) => cells(counts, i))]);
  const totals = ["all", ...splits.flatMap(({ counts }) => [String(sum(counts)), ""])];
  const left = classes.length - SHOWN;
  return [
    ...textTable([headings, ...rows, totals]),
    ...(left > 0 ? [`and ${left} more classes in dataset_statistics.json`] : []),
    "",
  ];
}

function sum(counts: ArrayLike<number>): number {
  return Array.from(counts).reduce((total, count) => total + count, 0);
}

function shareOf(count: number, total: number): number | null {
  return total === 0 ? null : count / total;
}

/** The plug-in. */
export const dataset_statistics: CallbackPlugin = defineCallback({
  options: z.strictObject({}).describe("Prints the count and share of each class in each split"),
  make: (_, context) => datasetStatistics(context),
});
