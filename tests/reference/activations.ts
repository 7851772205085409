/** Activations and their derivatives, elementwise in float64: torch.nn.functional's relu, silu, hardswish, ... */
import type { Activation } from "../../src/ops/activate.ts";

/** erf(x) to about 1e-15: its series, or the continued fraction of what lies beyond. */
function erf(x: number): number {
  const z = Math.abs(x);
  if (z > 6) return Math.sign(x);
  if (z < 3) {
    let term = z, sum = z;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) sum += (term *= -z * z / n) / (2 * n + 1);
    return Math.sign(x) * 2 / Math.sqrt(Math.PI) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction));
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const share = (x: number) => (1 + erf(x / Math.SQRT2)) / 2;
const clamp = (x: number) => Math.min(1, Math.max(0, x / 6 + .5));

/** The functions and their derivatives. */
const all: Readonly<Record<Activation, readonly [(x: number) => number, (x: number) => number]>> = {
  relu: [(x) => Math.max(x, 0), (x) => x > 0 ? 1 : 0],
  silu: [(x) => x * sigmoid(x), (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x)))],
  hardswish: [(x) => x * clamp(x), (x) => x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + .5],
  gelu: [(x) => x * share(x), (x) => share(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI)],
  sigmoid: [sigmoid, (x) => sigmoid(x) * (1 - sigmoid(x))],
  hardsigmoid: [clamp, (x) => Math.abs(x) < 3 ? 1 / 6 : 0],
};

/** y of x. */
export function activate(kind: Activation, x: Float64Array): Float64Array {
  return x.map(all[kind][0]);
}

/** dx of dy and x. */
export function activateDx(kind: Activation, x: Float64Array, dy: Float64Array): Float64Array {
  return dy.map((value, i) => value * all[kind][1](x[i]));
}
