/** What the network of the page's training makes of the dataset, and lists that follow from it. */
import { effect, signal } from "@preact/signals";
import type { Survey } from "../protocol/survey.ts";
import { listOnly } from "./gallery.ts";
import { engine } from "./engine.ts";
import { results } from "./learning.ts";
import { call, key, showFault } from "./session.ts";

/** A survey whose images are known by their numbers in the catalogue, [N]; -1 for one that is no longer there. */
export interface Known extends Survey {
  readonly ids: Int32Array;
}

export const survey = signal<Known | undefined>(undefined);

effect(() => {
  if (results.value === 0) return;
  engine("survey", {}).then(async (made) => {
    if (made === undefined) return;
    const { classes, paths, splits, predicted, confidence } = made;
    survey.value = { ...made, ids: await call("survey", { classes, paths, splits, predicted, confidence }) };
  }).catch(showFault);
});

effect(() => {
  key.value; // another dataset has not been surveyed
  survey.value = undefined;
});

/** The rows whose label the network doubts most, first the most doubtful. */
export function doubtful({ margin }: Survey, share: number): number[] {
  const order = [...margin.keys()].sort((a, b) => margin[b] - margin[a]);
  return order.slice(0, Math.ceil(order.length * share));
}

/** The rows of a cell of the matrix: of the held-out split, with that label and prediction, the most confident first. */
export function cellRows(
  { splits, heldOut, labels, predicted, confidence }: Survey,
  truth: number,
  seen: number,
) {
  return [...labels.keys()]
    .filter((row) => splits[row] === heldOut && labels[row] === truth && predicted[row] === seen)
    .sort((a, b) => confidence[b] - confidence[a]);
}

/** Pairs of classes that are confused, the most frequent first. */
export function confusions({ matrix, classes }: Survey): { truth: number; seen: number; count: number }[] {
  const width = classes.length, pairs: { truth: number; seen: number; count: number }[] = [];
  matrix.forEach((count, i) => { // of 1,000 classes it has a million cells
    const truth = Math.floor(i / width), seen = i % width;
    if (count > 0 && truth !== seen) pairs.push({ truth, seen, count });
  });
  return pairs.sort((a, b) => b.count - a.count);
}

/** Lists rows in the room in which images are fixed. */
export function lookAt(title: string, { ids }: Known, rows: readonly number[]): void {
  listOnly(title, Uint32Array.from(rows.map((row) => ids[row]).filter((id) => id >= 0)));
}
