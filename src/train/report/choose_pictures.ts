/** Which samples of a split the report has pictures of. */
import type { Predictions } from "./report_data.ts";

/** How many samples are shown as they come, and how many of the most confident mistakes are always there. */
export const FIRST = 16, MISTAKES = 24;
/** The most of one cell of the confusion matrix. */
const MOST_OF_CELL = 24;
/** The share of the pictures that is kept for right answers, if there are as many. */
const RIGHT_SHARE = .25;

/** Rows of the samples that come first in the split, whatever the order in which they were seen. */
export function firstRows({ indices }: Predictions): number[] {
  return [...indices.keys()].sort((a, b) => indices[a] - indices[b]).slice(0, FIRST);
}

/**
 * Rows of at most `most` samples: those that come first, the most confident mistakes, then mistakes and right answers
 * of every cell of the matrix in turn, in each the most confident mistake and the least confident right answer first.
 */
export function chooseRows(predictions: Predictions, most: number): number[] {
  const { labels, predicted, confidence } = predictions;
  const rows = [...labels.keys()];
  const mistakes = rows.filter((row) => labels[row] !== predicted[row])
    .sort((a, b) => confidence[b] - confidence[a]);
  const right = rows.filter((row) => labels[row] === predicted[row])
    .sort((a, b) => confidence[a] - confidence[b]);
  const cell = (row: number) => `${labels[row]} ${predicted[row]}`;
  const wrongOnes = inTurn(mistakes, cell), rightOnes = inTurn(right, cell);
  const kept = Math.min(rightOnes.length, Math.floor(RIGHT_SHARE * most));
  const chosen = new Set<number>();
  const take = (from: readonly number[], upTo: number) => {
    for (const row of from) {
      if (chosen.size >= upTo) return;
      chosen.add(row);
    }
  };
  take(firstRows(predictions), most);
  take(mistakes.slice(0, MISTAKES), most);
  take(wrongOnes, most - kept);
  take(rightOnes, most);
  take(wrongOnes, most);
  return [...chosen];
}

/** The first row of each cell, then the second of each, and so on, up to the most of one cell. */
function inTurn(rows: readonly number[], cell: (row: number) => string): number[] {
  const cells = [...Map.groupBy(rows, cell).values()];
  return Array.from({ length: MOST_OF_CELL }, (_, i) => cells.flatMap((of) => of[i] ?? [])).flat();
}
