/** Reads a dataset as the user wants it read. */
import { readDataset } from "../../src/data/files/dataset.ts";
import type { Correction } from "../../src/data/files/patch.ts";
import type { SeenFile } from "../../src/data/health/inspect.ts";
import { twinsOf } from "../../src/data/health/twins.ts";
import type { Dataset, FileTree } from "../../src/data/types.ts";
import type { Choices } from "../protocol/calls.ts";
import type { Catalog } from "./catalog.ts";

/** A dataset that has been read. */
export interface Chosen {
  readonly tree: FileTree;
  readonly choices: Choices;
  readonly catalog: Catalog;
}

/**
 * Reads the dataset. Where it has no splits, it is divided as the command line does, which keeps images together that
 * look alike, as far as files have been looked at; by their paths, else.
 */
export function readChosen(
  tree: FileTree,
  { layout, holdOut }: Choices,
  seen: ReadonlyMap<string, SeenFile>,
  { signal, corrections = [] }: { signal?: AbortSignal; corrections?: readonly Correction[] } = {},
): Promise<Dataset> {
  const patch = {
    name: "the decisions",
    corrections: new Map(corrections.map((correction) => [correction.image, correction])),
  };
  return readDataset(tree, {
    patch: corrections.length === 0 ? undefined : patch,
    layout: layout ?? "auto",
    split: { valid: holdOut, test: holdOut },
    hashOf: (path) => seen.get(path)?.byteHash || path,
    async findAlike(samples) {
      const images = [...new Map(samples.map((sample) => [sample.path, sample])).values()];
      const prints = images.map(({ path }) => seen.get(path)?.picture?.fingerprint);
      return await twinsOf(images, prints, { ...(signal && { signal }) });
    },
  });
}

/** The dataset as it is divided by what has been seen by now. */
export async function settled(
  { tree, choices, catalog }: Chosen,
  signal: AbortSignal,
): Promise<Dataset> {
  const { dataset, seen } = catalog;
  return dataset.divided.length > 0 ? await readChosen(tree, choices, seen, { signal }) : dataset;
}

/** The dataset with corrections, as it is trained on. */
export async function corrected(
  { tree, choices, catalog }: Chosen,
  corrections: readonly Correction[],
  signal: AbortSignal,
): Promise<Dataset> {
  const { dataset, seen } = catalog;
  return corrections.length === 0 ? dataset : await readChosen(tree, choices, seen, { signal, corrections });
}
