/** A sample of a dataset that has some of each class of each split, for a first look. */
import { rng } from "../../base/rng.ts";
import { type Dataset, type Sample, type Split, SPLITS } from "../types.ts";

/**
 * About `count` samples in the order of the dataset: of each class of each split its share, and at least one. The same
 * dataset has the same sample.
 */
export function stratified(dataset: Dataset, count: number): Dataset {
  const total = SPLITS.reduce((sum, split) => sum + dataset.splits[split].length, 0);
  if (total <= count) return dataset;
  const some = (split: Split) => chosen(dataset.splits[split], count / total, split);
  return {
    ...dataset,
    splits: { train: some("train"), valid: some("valid"), test: some("test") },
  };
}

function chosen(samples: readonly Sample[], share: number, split: Split): Sample[] {
  const byClass = Map.groupBy(samples.keys(), (i) => samples[i].label);
  const kept = new Set<number>();
  for (const [label, all] of byClass) {
    const order = rng(0, "stratified", split, label).permutation(all.length);
    const most = Math.max(1, Math.round(all.length * share));
    for (const at of order.subarray(0, most)) kept.add(all[at]);
  }
  return samples.filter((_, i) => kept.has(i));
}
