/** Which samples of a split have images in the report. */
import type { Predictions } from "./report_data.ts";

/** Number of samples shown from across the split, and of the most confident mistakes. */
export const SPREAD = 16, MISTAKES = 24;
/** Maximum number of samples from one cell of the confusion matrix. */
const MOST_OF_CELL = 24;
/** The share of images reserved for correct predictions, if there are that many. */
const RIGHT_SHARE = .25;

/**
 * Rows of samples from all over a split, the same whatever was predicted and in whatever order: as many of each class,
 * at even distances in it, and of at most `count` classes, at even distances among all.
 */
export function spreadRows(
  { indices, labels }: { readonly indices: ArrayLike<number>; readonly labels: ArrayLike<number> },
  count = SPREAD,
): number[] {
  const rows = Array.from(indices, (_, row) => row)
    .sort((a, b) => labels[a] - labels[b] || indices[a] - indices[b]);
  const classes = evenly([...Map.groupBy(rows, (row) => labels[row]).values()], count);
  const quotas = classes.map(() => 0);
  let left = Math.min(count, classes.flat().length);
  for (let i = 0; left > 0; i = (i + 1) % classes.length) {
    if (quotas[i] === classes[i].length) continue;
    quotas[i]++;
    left--;
  }
  return classes.flatMap((of, i) => evenly(of, quotas[i]));
}

/** At most `count` items at even distances. */
function evenly<T>(items: readonly T[], count: number): T[] {
  const length = Math.min(count, items.length);
  return Array.from({ length }, (_, i) => items[Math.floor((i + .5) * items.length / length)]);
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
