/** All gradients of a trajectory's step, against PyTorch's in float64. */
import { largest } from "../base/lists.ts";
import type { Precision, StateTensor } from "../nn/parameters.ts";
import type { Row } from "./case.ts";
import { byLargest, compare, type Comparison } from "./compare.ts";
import type { CaseTensors } from "./folder.ts";

/**
 * For each element in f32, relative to the largest of its tensor. Where PyTorch's own float32 is further away, as in
 * networks of many ReLUs, whose inputs it moves across 0, twice its distance is allowed.
 */
const TOLERANCE = 5e-5, OF_PYTORCH = 2;
/**
 * For the distance of the whole gradient in 16-mixed, relative to its length. Rounding to f16 moves inputs of ReLUs
 * across 0, which changes single elements by any amount, but few of them. Where PyTorch's own autocast to float16 is
 * further away than this, twice its distance is allowed.
 */
const MIXED_TOLERANCE = 2e-2;
/**
 * Gradients that are smaller, relative to the largest of all, are zero but for rounding in float64, as those of a bias
 * that the next norm takes away. They are compared by the largest of all.
 */
const ZERO = 1e-9;

type Gradients = ReadonlyMap<string, StateTensor>;

/** What a row compares, and with what. */
export interface GradientCase {
  readonly precision: Precision;
  readonly exact: CaseTensors;
  /** The error of PyTorch's float32. */
  readonly rounding: number;
  /** The distance of PyTorch's autocast to float16. */
  readonly roundingF16: number;
}

/** The row of a step. */
export function gradientRow(name: string, gradients: Gradients, given: GradientCase): Row {
  const { precision, exact, rounding, roundingF16 } = given;
  const isMixed = precision === "16-mixed", own = isMixed ? roundingF16 : rounding;
  const tolerance = Math.max(isMixed ? MIXED_TOLERANCE : TOLERANCE, OF_PYTORCH * own);
  const note = `(PyTorch's own rounding: ${(100 * own / tolerance).toFixed(1)} %)`;
  if (isMixed) {
    const comparisons = [distance(gradients, exact, tolerance)];
    return { name: `${name} gradients in 16-mixed`, comparisons, note };
  }
  return { name: `${name} gradients`, comparisons: byTensor(gradients, exact, tolerance), note };
}

function byTensor(gradients: Gradients, exact: CaseTensors, tolerance: number): Comparison[] {
  const tensors = exact.names.map((name) => [name, exact.values(name)] as const);
  const most = tensors.map(([, values]) => byLargest(values, tolerance).scale(0)), all = largest(most);
  return tensors.map(([name, values], i) => {
    const scale = most[i] > ZERO * all ? most[i] : all;
    return compare(name, gradients.get(name)?.values ?? [], values, { tolerance, scale: () => scale });
  });
}

/** The distance of both as one vector. */
function distance(gradients: Gradients, exact: CaseTensors, tolerance: number): Comparison {
  let apart = 0, length = 0;
  for (const name of exact.names) {
    const values = exact.values(name), actual = gradients.get(name)?.values;
    for (let i = 0; i < values.length; i++) {
      apart += ((actual?.[i] ?? NaN) - values[i]) ** 2;
      length += values[i] ** 2;
    }
  }
  const ratio = Math.sqrt(apart / length), error = Number.isNaN(ratio) ? Infinity : ratio;
  return {
    what: `${exact.names.length} tensors at once`,
    error,
    tolerance,
    share: error / tolerance,
    worst: `the gradient is ${(100 * error).toPrecision(3)} % of its length away`,
  };
}
