/**
 * A dataset of synthetic jersey numbers: JPEG files and an annotations.jsonl for each split, read like any other
 * dataset.
 */
import { ConfigError } from "../../base/errors.ts";
import { rng } from "../../base/rng.ts";
import { type EncodeJpeg, type Split, SPLITS } from "../types.ts";
import { drawJersey } from "./draw.ts";

/** What to draw. The same options produce the same files, byte for byte (with the same JPEG encoder). */
export interface SyntheticJerseys {
  readonly seed: number;
  /** The numbers, one to three digits each, such as ["0", "00", "7", "23"]. */
  readonly classes: readonly string[];
  /** Images in each split. */
  readonly train: number;
  readonly valid: number;
  readonly test: number;
  /** Side of a crop in pixels. */
  readonly size: number;
  /** Ratio of images of the first class to those of the last, in train; 1 (default) = balanced. */
  readonly imbalance?: number;
  /** 0 = upright, sharp and clean; 1 (default) = tilted, blurred and noisy. */
  readonly difficulty?: number;
}

/** Version of the generator, incremented when the same options would produce different images. */
export const VERSION = 1;
const PREFIX = "Read the number.";
const QUALITY: readonly [number, number] = [30, 90];
const AT_ONCE = 8;

/**
 * Distributes `total` images over `classes` classes: shares fall geometrically from the first class to the last by
 * the factor `imbalance`, and every class gets at least one.
 */
export function countsPerClass(classes: number, total: number, imbalance: number): number[] {
  const shares = Array.from(
    { length: classes },
    (_, i) => imbalance ** -(classes > 1 ? i / (classes - 1) : 0),
  );
  const sum = shares.reduce((a, b) => a + b, 0);
  const exact = shares.map((share) => 1 + (share / sum) * (total - classes));
  const counts = exact.map(Math.floor);
  const rest = total - counts.reduce((a, b) => a + b, 0);
  const byRemainder = exact.map((value, i) => ({ i, remainder: value - counts[i] }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder.slice(0, rest)) counts[i]++;
  return counts;
}

/** Draws the whole dataset and passes each file to `write`, with paths relative to the dataset's root. */
export async function generateSyntheticJerseys(
  options: SyntheticJerseys,
  encodeJpeg: EncodeJpeg,
  write: (path: string, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  checkJerseys(options);
  for (const split of SPLITS) await generateSplit(options, split, encodeJpeg, write);
}

/** @throws ConfigError if such a dataset cannot be drawn */
export function checkJerseys(options: SyntheticJerseys): void {
  const { classes, size, imbalance = 1, difficulty = 1 } = options;
  const fail = (key: string, need: string, current: unknown): never => {
    throw new ConfigError(
      `Cannot draw synthetic jerseys: ${key} must be ${need}, current value is ${current}`,
    );
  };
  const odd = classes.find((name) => !/^[0-9]{1,3}$/.test(name));
  if (odd !== undefined) fail("each class", "one to three digits", JSON.stringify(odd));
  if (classes.length === 0 || new Set(classes).size < classes.length) {
    fail("classes", "a list without repeats", classes);
  }
  if (!Number.isInteger(size) || size < 8 || size > 1024) fail("size", "an integer of 8 .. 1024", size);
  if (!(imbalance >= 1)) fail("imbalance", "at least 1", imbalance);
  if (!(difficulty >= 0 && difficulty <= 1)) fail("difficulty", "0 .. 1", difficulty);
  for (const split of SPLITS) {
    const count = options[split];
    const least = classes.length;
    if (!Number.isInteger(count) || count < least) {
      fail(split, `at least one image for each class (${least})`, count);
    }
  }
}

async function generateSplit(
  options: SyntheticJerseys,
  split: Split,
  encodeJpeg: EncodeJpeg,
  write: (path: string, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const { seed, classes, size, imbalance = 1, difficulty = 1 } = options;
  const counts = countsPerClass(classes.length, options[split], split === "train" ? imbalance : 1);
  const numbers = counts.flatMap((count, i) => Array<string>(count).fill(classes[i]));
  const order = rng(seed, "jerseys", split).permutation(numbers.length);
  const digits = Math.max(6, String(numbers.length).length);
  const image = (i: number) => `${String(i + 1).padStart(digits, "0")}.jpg`;
  const draw = async (i: number) => {
    const stream = rng(seed, "jerseys", split, i);
    const quality = QUALITY[0] + stream.fork("quality").integer(QUALITY[1] - QUALITY[0] + 1);
    const picture = drawJersey(numbers[order[i]], stream, size, difficulty);
    await write(`${split}/${image(i)}`, await encodeJpeg(picture, quality));
  };
  for (let start = 0; start < numbers.length; start += AT_ONCE) {
    const end = Math.min(numbers.length, start + AT_ONCE);
    // All of them end before a failure is reported, so that none writes on while its folder is removed.
    const drawn = await Promise.allSettled(Array.from({ length: end - start }, (_, k) => draw(start + k)));
    const failed = drawn.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  }
  const lines = Array.from(
    order,
    (n, i) => JSON.stringify({ image: image(i), prefix: PREFIX, suffix: numbers[n] }),
  );
  await write(`${split}/annotations.jsonl`, new TextEncoder().encode(lines.join("\n") + "\n"));
}
