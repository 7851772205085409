/** Which samples of a split have images in the report. */
import type { Predictions } from "./report_data.ts";

/** Number of samples shown from across the split, and of the most confident mistakes. */
export const SPREAD = 16, MISTAKES = 24;
/** Maximum number of samples from one cell of the confusion matrix. */
const MOST_OF_CELL = 24;
/** The share of images reserved for correct predictions, if there are that many. */
const RIGHT_SHARE = .25;

/** Rows of samples at even distances in the split, which is often ordered by class. */
export function spreadRows({ indices }: Predictions): number[] {
  const rows = [...indices.keys()].sort((a, b) => indices[a] - indices[b]);
  const count = Math.min(SPREAD, rows.length);
  return Array.from({ length: count }, (_, i) => rows[Math.floor((i + .5) * rows.length / count)]);
}

/**
 * Rows of at most `most` samples: those from across the split, the most confident mistakes, then mistakes and correct
 * predictions from every cell of the matrix in turn, starting with the most confident mistake and the least confident
 * correct prediction of each.
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

/** The first row of each cell, then the second of each, and so on, up to the maximum for one cell. */
function inTurn(rows: readonly number[], cell: (row: number) => string): number[] {
  const cells = [...Map.groupBy(rows, cell).values()];
  return Array.from({ length: MOST_OF_CELL }, (_, i) => cells.flatMap((of) => of[i] ?? [])).flat();
}
