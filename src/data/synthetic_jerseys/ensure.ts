/** The drawn dataset on disk, which several processes may want at the same time. */
import { DataError } from "../../base/errors.ts";
import type { Lock } from "../../base/lock.ts";
import { temporaryName, temporaryOf } from "../../base/temporary_name.ts";
import { type EncodeJpeg, type FolderStore, SPLITS } from "../types.ts";
import { checkJerseys, generateSyntheticJerseys, type SyntheticJerseys, VERSION } from "./generate.ts";

const STAMP = "synthetic_jerseys.json";

/** Where a dataset is drawn, and with what. */
export interface JerseyPlace {
  /** The folder that the dataset's own is in. */
  readonly store: FolderStore;
  readonly folder: string;
  readonly encodeJpeg: EncodeJpeg;
  /** Waits until no other process draws this dataset. */
  lock(): Promise<Lock>;
}

/** The text that two datasets share only if they are the same, byte for byte (with the same JPEG encoder). */
export function stampOf(
  { seed, classes, train, valid, test, size, imbalance = 1, difficulty = 1 }: SyntheticJerseys,
): string {
  const options = { version: VERSION, seed, classes, train, valid, test, size, imbalance, difficulty };
  return JSON.stringify(options, null, 2) + "\n";
}

/**
 * Ensures that the dataset is there, and draws it if not. It is drawn under a temporary name of its own and gets its
 * name when it is whole, by the one process that holds the lock; the others wait and then find it. Returns true if
 * this process drew it.
 * @throws DataError if the folder holds anything else, FileError if it cannot be written
 */
export async function ensureSyntheticJerseys(
  options: SyntheticJerseys,
  place: JerseyPlace,
): Promise<boolean> {
  checkJerseys(options);
  if (await isThere(options, place)) return false;
  await using _ = await place.lock();
  if (await isThere(options, place)) return false;
  const { store, folder } = place;
  for (const name of await store.names("")) {
    const isLeftOver = name.startsWith(`${folder}.`) && temporaryOf(name) !== undefined;
    if (isLeftOver) await store.remove(name); // by a process that was killed
  }
  const temporary = temporaryName(folder);
  try {
    await draw(options, place, temporary);
    await store.remove(folder); // what remains of one that lost files
    await store.rename(temporary, folder);
  } catch (error) {
    await store.remove(temporary).catch(() => {}); // the first error is the one to report
    throw error;
  }
  return true;
}

async function draw(
  options: SyntheticJerseys,
  { store, encodeJpeg }: JerseyPlace,
  to: string,
): Promise<void> {
  await generateSyntheticJerseys(options, encodeJpeg, (path, bytes) => store.write(`${to}/${path}`, bytes));
  if (!await isWhole(options, store, to)) {
    throw new DataError(
      `Cannot draw the synthetic dataset: files of "${to}" were removed meanwhile; start again`,
    );
  }
  await store.write(`${to}/${STAMP}`, new TextEncoder().encode(stampOf(options)));
}

/** False if there is nothing, or only a part. @throws DataError if there is something else */
async function isThere(options: SyntheticJerseys, { store, folder }: JerseyPlace): Promise<boolean> {
  const stamp = await store.readText(`${folder}/${STAMP}`);
  if (stamp === stampOf(options)) return await isWhole(options, store, folder);
  if (stamp === undefined && !await store.exists(folder)) return false;
  const [found, cure] = stamp === undefined
    ? ["something else", "to train on images of your own, give their path first or add data=image_folder"]
    : ["one that was drawn with other options", "remove it, or set another data.data_root"];
  throw new DataError(
    `Cannot draw the synthetic dataset into "${folder}": the folder holds ${found}; ${cure}`,
  );
}

async function isWhole(options: SyntheticJerseys, store: FolderStore, folder: string): Promise<boolean> {
  for (const split of SPLITS) {
    const files = await store.names(`${folder}/${split}`);
    if (files.length < options[split] + 1) return false; // the images and their annotations
  }
  return true;
}
