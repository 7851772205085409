import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { rng } from "../../src/base/rng.ts";
import { readDataset } from "../../src/data/files/dataset.ts";
import { memoryTree } from "../../src/data/files/memory_tree.ts";
import { drawJersey } from "../../src/data/synthetic_jerseys/draw.ts";
import {
  countsPerClass,
  generateSyntheticJerseys,
  type SyntheticJerseys,
} from "../../src/data/synthetic_jerseys/generate.ts";
import type { Picture } from "../../src/data/types.ts";
import { assertMessage } from "./helpers.ts";

const options: SyntheticJerseys = {
  seed: 42,
  classes: ["0", "00", "7", "23"],
  train: 12,
  valid: 4,
  test: 5,
  size: 24,
};
/** Stands for a JPEG encoder: the quality, then the pixels. */
const encode = ({ data }: Picture, quality: number) => Promise.resolve(Uint8Array.of(quality, ...data));

async function generate(changes: Partial<SyntheticJerseys> = {}): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  await generateSyntheticJerseys({ ...options, ...changes }, encode, (path, bytes) => {
    files.set(path, bytes);
    return Promise.resolve();
  });
  return files;
}

Deno.test("generateSyntheticJerseys() writes a dataset that reads like any other", async () => {
  const files = await generate();
  const dataset = await readDataset(memoryTree("jerseys", files));
  assertEquals(dataset.classes, ["0", "00", "23", "7"]);
  assertEquals(Object.values(dataset.splits).map((samples) => samples.length), [12, 4, 5]);
  assertEquals(dataset.notes, []);
  assertEquals(files.size, 12 + 4 + 5 + 3);
  for (const [path, bytes] of files) {
    if (path.endsWith(".jpg")) assert(bytes[0] >= 30 && bytes[0] <= 90, `${path} has quality ${bytes[0]}`);
  }
});

Deno.test("generateSyntheticJerseys() gives the same bytes for the same options and others for another seed", async () => {
  const one = { classes: ["7"] };
  const [first, second, other] = [
    await generate(one),
    await generate(one),
    await generate({ ...one, seed: 43 }),
  ];
  assertEquals(second, first);
  assertNotEquals(other.get("train/000001.jpg"), first.get("train/000001.jpg"));
});

Deno.test("generateSyntheticJerseys() draws no picture twice", async () => {
  const pictures = [...await generate()].filter(([path]) => path.endsWith(".jpg")).map(([, bytes]) =>
    bytes.join()
  );
  assertEquals(new Set(pictures).size, 21);
});

Deno.test("drawJersey() separates number and cloth by brightness", () => {
  for (let i = 0; i < 20; i++) {
    const { data } = drawJersey("8", rng(1, i), 32, 0);
    const sorted = Float64Array.from(
      { length: 32 * 32 },
      (_, p) => data[p * 3] + data[p * 3 + 1] + data[p * 3 + 2],
    ).sort();
    assert(sorted[sorted.length * 0.97 | 0] - sorted[sorted.length * 0.03 | 0] > 150, `picture ${i}`);
  }
});

Deno.test("drawJersey() refuses what is no number", () => {
  assertThrows(() => drawJersey("7a", rng(1), 32), RangeError, `Cannot draw "7a": need one to three digits`);
  assertThrows(
    () => drawJersey("7", rng(1), 4),
    RangeError,
    "Cannot draw a crop of 4 pixels: need at least 8",
  );
});

Deno.test("countsPerClass() spreads evenly, or falls geometrically, and sums up", () => {
  assertEquals(countsPerClass(4, 12, 1), [3, 3, 3, 3]);
  assertEquals(countsPerClass(4, 14, 1), [4, 4, 3, 3]);
  assertEquals(countsPerClass(1, 5, 3), [5]);
  const skewed = countsPerClass(5, 500, 16);
  assertEquals(skewed.reduce((a, b) => a + b), 500);
  assert(skewed.every((count, i) => i === 0 || count < skewed[i - 1]));
  assert(Math.abs(skewed[0] / skewed[4] - 16) < 2, skewed.join());
});

const unfit: [Partial<SyntheticJerseys>, string][] = [
  [{ classes: ["7", "x"] }, `each class must be one to three digits, current value is "x"`],
  [{ classes: ["7", "7"] }, "classes must be a list without repeats, current value is 7,7"],
  [{ size: 7 }, "size must be an integer of 8 .. 1024, current value is 7"],
  [{ train: 3 }, "train must be at least one image for each class (4), current value is 3"],
  [{ imbalance: 0.5 }, "imbalance must be at least 1, current value is 0.5"],
  [{ difficulty: 2 }, "difficulty must be 0 .. 1, current value is 2"],
];
for (const [changes, reason] of unfit) {
  Deno.test(`synthetic jerseys refuse ${JSON.stringify(changes)}`, () =>
    assertMessage(() => generate(changes), ConfigError, `Cannot draw synthetic jerseys: ${reason}`));
}
