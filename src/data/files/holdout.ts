import { rng } from "../../base/rng.ts";
import type { Sample } from "../types.ts";

/**
 * Splits `train` into train and valid. Of each class's images a fraction of `holdout`, rounded, goes to valid, but
 * never a class's last one. Samples of one image stay together. Drawn per class from `rng(seed, "holdout", name)`, so
 * that classes do not affect each other. Both parts keep the order of `train`.
 */
export function holdOut(
  train: readonly Sample[],
  classes: readonly string[],
  seed: number,
  holdout: number,
): { train: Sample[]; valid: Sample[] } {
  const pathsOfClass: Set<string>[] = classes.map(() => new Set());
  for (const { path, label } of train) pathsOfClass[label].add(path);
  const chosen = new Set<string>();
  classes.forEach((name, label) => {
    const paths = [...pathsOfClass[label]];
    const count = Math.min(Math.round(paths.length * holdout), paths.length - 1);
    const order = rng(seed, "holdout", name).permutation(paths.length);
    for (let i = 0; i < count; i++) chosen.add(paths[order[i]]);
  });
  return {
    train: train.filter(({ path }) => !chosen.has(path)),
    valid: train.filter(({ path }) => chosen.has(path)),
  };
}
