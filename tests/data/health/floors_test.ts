/** What needs no training, against a plain loop that compares all values in float64. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { FINGERPRINT_VALUES } from "../../../src/data/health/fingerprint.ts";
import { floors } from "../../../src/data/health/floors.ts";
import type { Dataset, Sample } from "../../../src/data/types.ts";

const CLASSES = ["a", "b", "c"];

/** Images that are their class's pattern and noise. */
function drawn(seed: number, noise: number) {
  const random = rng(seed), prints = new Map<string, Uint8Array>();
  const patterns = CLASSES.map(() =>
    Array.from({ length: FINGERPRINT_VALUES }, () => random.uniform(60, 190))
  );
  const samples = (split: string, count: number): Sample[] =>
    Array.from({ length: count }, (_, i) => {
      const label = Math.min(2, Math.floor(random.uniform(0, 4))), path = `${split}/${i}`;
      const print = patterns[label].map((value) => Math.round(value + noise * random.normal()));
      prints.set(path, Uint8ClampedArray.from(print) as unknown as Uint8Array);
      return { path, label };
    });
  const splits = { train: samples("train", 70), valid: samples("valid", 41), test: [] };
  const none = { train: new Map(), valid: new Map(), test: new Map() };
  const dataset: Dataset = {
    root: "x",
    classes: CLASSES,
    splits,
    divided: [],
    ignored: [],
    notes: [],
    understood: "",
    skippedUnknownLabels: none,
  };
  return { dataset, prints };
}

/** The mean over 2 x 2 pixels, without its mean. */
function pooled(print: Uint8Array): number[] {
  const at = (y: number, x: number, c: number) => print[(y * 16 + x) * 3 + c];
  const values: number[] = [];
  for (let y = 0; y < 16; y += 2) {
    for (let x = 0; x < 16; x += 2) {
      for (let c = 0; c < 3; c++) {
        values.push(at(y, x, c) + at(y, x + 1, c) + at(y + 1, x, c) + at(y + 1, x + 1, c));
      }
    }
  }
  const mean = values.reduce((a, b) => a + b) / values.length;
  return values.map((value) => value - mean);
}

function correlation(a: number[], b: number[]): number {
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

for (const noise of [10, 60, 200]) {
  Deno.test(`floors() are those of a plain loop, with noise ${noise}`, async () => {
    const { dataset, prints } = drawn(noise, noise), { train, valid } = dataset.splits;
    const known = train.map(({ path, label }) => ({ label, values: pooled(prints.get(path)!) }));
    const right = valid.filter(({ path, label }) => {
      const asked = pooled(prints.get(path)!);
      const best = known.reduce((a, b) =>
        correlation(asked, b.values) > correlation(asked, a.values) ? b : a
      );
      return best.label === label;
    }).length;
    const counts = CLASSES.map((_, label) => train.filter((sample) => sample.label === label).length);
    const most = counts.indexOf(Math.max(...counts));
    const found = (await floors(dataset, (path) => prints.get(path)))!;
    assertEquals(found.split, "valid");
    assertEquals(found.largest.className, CLASSES[most]);
    assertAlmostEquals(found.largest.share, valid.filter(({ label }) => label === most).length / 41, 1e-12);
    assertEquals(found.neighbour, { share: right / 41, asked: 41, among: 70 });
  });
}

Deno.test("floors() are unknown where nothing can be compared", async () => {
  const { dataset, prints } = drawn(1, 10);
  assertEquals(await floors(dataset, () => undefined), undefined);
  const without = { ...dataset, splits: { ...dataset.splits, valid: [] } };
  assertEquals(await floors(without, (path) => prints.get(path)), undefined);
});
