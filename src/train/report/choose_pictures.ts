/** Which samples of a split the report has pictures of. */
import type { Predictions } from "./report_data.ts";

/** How many samples are shown from all over the split, and how many of the most confident mistakes. */
export const SPREAD = 16, MISTAKES = 24;
/** The most of one cell of the confusion matrix. */
const MOST_OF_CELL = 24;
/** The share of the pictures that is kept for right answers, if there are as many. */
const RIGHT_SHARE = .25;

/** Rows of samples at even distances in the split, whose order is often that of the classes. */
export function spreadRows({ indices }: Predictions): number[] {
  const rows = [...indices.keys()].sort((a, b) => indices[a] - indices[b]);
  const count = Math.min(SPREAD, rows.length);
  return Array.from({ length: count }, (_, i) => rows[Math.floor((i + .5) * rows.length / count)]);
}

/**
 * Rows of at most `most` samples: those from all over the split, the most confident mistakes, then mistakes and right answers
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
  take(spreadRows(predictions), most);
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
