/** Random class scores with ties, for the tests of the metrics. */
import { rng } from "../../src/base/rng.ts";

/** Logits [samples, classes] in steps of a half, so that many are equal, and labels of all classes but the last. */
export function randomScores(samples: number, classes: number, seed: number) {
  const stream = rng(seed, "scores");
  const labels = Uint32Array.from({ length: samples }, () => stream.integer(classes - 1));
  const logits = Float32Array.from(
    { length: samples * classes },
    (_, i) => Math.round(2 * stream.normal()) / 2 + Number(i % classes === labels[Math.floor(i / classes)]),
  );
  return { logits, labels };
}

/** The same samples in batches, of which one is empty. */
export function* inBatches(logits: Float32Array, labels: Uint32Array, classes: number) {
  const cuts = [0, 7, 7, 12, labels.length];
  for (let i = 1; i < cuts.length; i++) {
    const [from, to] = [cuts[i - 1], cuts[i]];
    yield [logits.subarray(from * classes, to * classes), labels.subarray(from, to)] as const;
  }
}

/** Row `i` of logits as plain numbers. */
export function rowOf(logits: Float32Array, classes: number, i: number): number[] {
  return [...logits.subarray(i * classes, (i + 1) * classes)];
}
