/** What the tests of the losses share: rows padded to columns, ignored rows, and weighted means of single rows. */
import { roundUp } from "../../src/base/shape.ts";
import { rng } from "../../src/base/rng.ts";
import { IGNORED_LABEL } from "../../src/ops/cross_entropy.ts";
import type { Loss } from "../reference/losses.ts";
import { randomLabels, randomUniform } from "../reference/random.ts";
import { noise, type OpInput } from "./op_case.ts";

/** A loss's inputs: logits [n, columns] with junk in the padding, labels and class weights. */
export interface LossInputs extends Record<string, OpInput> {
  logits: OpInput;
  labels: OpInput;
  weights: OpInput;
}

export interface LossSizes {
  readonly n: number;
  readonly classes: number;
  /** What the logits are multiplied with. */
  readonly scale?: number;
  /** How many rows, of the last, are ignored. */
  readonly ignored?: number;
}

export function lossInputs({ n, classes, scale = 1, ignored = 0 }: LossSizes): LossInputs {
  const columns = roundUp(classes, 4), stream = rng(42, "losses", n, classes);
  const labels = Uint32Array.from(randomLabels(stream, n, classes)).fill(IGNORED_LABEL, n - ignored);
  const weights = new Float32Array(columns).fill(0);
  weights.set(randomUniform(stream, classes, .2, 2));
  const logits = noise([n, columns], "logits").map((value) => value * scale);
  return {
    logits: { shape: [n, columns], values: logits },
    labels: { shape: [n], values: labels, dtype: "u32" },
    weights: { shape: [columns], values: weights, dtype: "f32" },
  };
}

/** The values of the classes' columns alone, of the rows whose index is below `rows`. */
export function unpad(values: Float64Array, classes: number, rows = Infinity): Float64Array {
  const columns = roundUp(classes, 4);
  const isKept = (i: number) => i % columns < classes && Math.floor(i / columns) < rows;
  return values.filter((_, i) => isKept(i));
}

/** `values` [rows, classes] as [n, columns], with zeros for the rest. */
export function pad(values: Float64Array, classes: number, n: number): Float64Array {
  const columns = roundUp(classes, 4), padded = new Float64Array(n * columns);
  for (let start = 0; start * classes < values.length; start++) {
    padded.set(values.subarray(start * classes, (start + 1) * classes), start * columns);
  }
  return padded;
}

/** y and dlogits of a reference loss over the first rows of n, for a loss gradient of dy. */
export function lossResult({ loss, dlogits }: Loss, classes: number, n: number, dy: Float64Array) {
  return { y: [loss], dlogits: pad(dlogits, classes, n).map((value) => value * dy[0]) };
}
