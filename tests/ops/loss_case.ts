/** What the tests of the losses share: rows padded to columns, ignored rows, and targets of both kinds. */
import { roundUp } from "../../src/base/shape.ts";
import { rng } from "../../src/base/rng.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { IGNORED_LABEL, type Target } from "../../src/ops/target.ts";
import type { Loss } from "../reference/losses.ts";
import { randomLabels, randomProbabilities, randomUniform } from "../reference/random.ts";
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

/**
 * Probabilities [n, columns] with junk in the padding: every third row has some of all classes, one has two classes, as
 * mixing leaves them, and one a single class. Ignored rows are 0.
 */
export function softTarget({ n, classes, ignored = 0 }: LossSizes): OpInput {
  const columns = roundUp(classes, 4), stream = rng(42, "soft", n, classes);
  const values = new Float32Array(n * columns).fill(7);
  for (let row = 0; row < n; row++) {
    const own = values.subarray(row * columns, row * columns + classes);
    const [first, second] = randomLabels(stream, 2, classes),
      share = row % 3 === 1 ? stream.uniform(0, 1) : 1;
    if (row % 3 === 0) {
      own.set(randomProbabilities(stream, 1, classes));
    } else {
      own.fill(0)[first] = share;
      own[second] += 1 - share;
    }
    if (row >= n - ignored) own.fill(0);
  }
  return { shape: [n, columns], values, dtype: "f32" };
}

/** Class indices as a target. */
export function indices(values: Tensor): Target {
  return { kind: "indices", values };
}

/** Probabilities as a target. */
export function probabilities(values: Tensor): Target {
  return { kind: "probabilities", values };
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

/** The rows of [rows, classes]. */
export function rowsOf(values: Float64Array, classes: number): Float64Array[] {
  return Array.from({ length: values.length / classes }, (_, row) => {
    return values.subarray(row * classes, (row + 1) * classes);
  });
}

/** y and dlogits of a reference loss over the first rows of n, for a loss gradient of dy. */
export function lossResult({ loss, dlogits }: Loss, classes: number, n: number, dy: Float64Array) {
  return { y: [loss], dlogits: pad(dlogits, classes, n).map((value) => value * dy[0]) };
}
