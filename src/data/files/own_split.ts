/** A split of our own, for a dataset that has none, or has no validation. */
import { rng } from "../../base/rng.ts";
import type { Split } from "../types.ts";
import type { LabelledPath } from "./table.ts";

/** Shares of the images that validate and test. */
export interface Shares {
  readonly valid: number;
  readonly test: number;
}

/** A class of at least so many images validates and is tested, however small the shares. */
const LEAST = { valid: 3, test: 5 } as const;

/** Images that stay together. */
interface Unit {
  readonly key: string;
  /** 0 .. 1, drawn from the key. */
  readonly draw: number;
  split: Split;
}

/**
 * Divides labelled images. Images of one `unitOf(path)`, such as a hash of their contents, stay together; each unit
 * is placed by its name alone, so images that are added later move no others. Where that leaves a class of a few
 * images without validation, test or training, its next unit in order goes there; only such units may move later.
 * Keeps the order of `samples`.
 *
 * @throws RangeError for shares that leave nothing to train on
 */
export function divide(
  samples: readonly LabelledPath[],
  unitOf: (path: string) => string,
  shares: Shares,
): Record<Split, LabelledPath[]> {
  if (!(shares.valid >= 0 && shares.test >= 0 && shares.valid + shares.test < 1)) {
    throw new RangeError(
      `Cannot divide by valid ${shares.valid} and test ${shares.test}: need 0 .. 1 in all`,
    );
  }
  const units = new Map<string, Unit>();
  for (const { path } of samples) {
    const key = unitOf(path);
    if (!units.has(key)) units.set(key, place(key, shares));
  }
  const unit = (sample: LabelledPath) => units.get(unitOf(sample.path))!;
  for (const ofClass of Map.groupBy(samples, ({ className }) => className).values()) {
    fillSplits(new Set(ofClass.map(unit)), ofClass.length, shares);
  }
  const parts: Record<Split, LabelledPath[]> = { train: [], valid: [], test: [] };
  for (const sample of samples) parts[unit(sample).split].push(sample);
  return parts;
}

function place(key: string, { valid, test }: Shares): Unit {
  const draw = rng(0, "split", key).uniform();
  return { key, draw, split: draw < test ? "test" : draw < test + valid ? "valid" : "train" };
}

/** Sees to it that a class is in each split: one without takes the unit with the smallest draw from a larger one. */
function fillSplits(units: ReadonlySet<Unit>, images: number, shares: Shares): void {
  const ordered = [...units].sort((a, b) => a.draw - b.draw || (a.key < b.key ? -1 : 1));
  const count = (split: Split) => ordered.filter((unit) => unit.split === split).length;
  if (count("train") === 0) ordered.at(-1)!.split = "train";
  for (const split of ["valid", "test"] as const) {
    if (shares[split] === 0 || images < LEAST[split] || count(split) > 0) continue;
    const spare = ordered.find((unit) => count(unit.split) > 1);
    if (spare !== undefined) spare.split = split;
  }
}
