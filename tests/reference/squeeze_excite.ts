/**
 * Squeeze-and-excite as its definition reads: y = x * gate(activation(mean(x) w1 + b1) w2 + b2), the mean over the
 * pixels of an image. Images [N, pixels, C], w1 [C, S], w2 [S, C]. Source: Hu et al. 2018;
 * torchvision.ops.SqueezeExcitation.
 */
import type { Activation } from "../../src/ops/activate.ts";
import { activate, activateDx } from "./activations.ts";

/** Sizes and what follows the products. */
export interface SqueezeExciteShape {
  n: number;
  pixels: number;
  c: number;
  s: number;
  activation: Activation;
  gate: Activation;
}

/** The operands, all in float64. */
export interface SqueezeExciteValues {
  x: Float64Array;
  w1: Float64Array;
  b1: Float64Array;
  w2: Float64Array;
  b2: Float64Array;
}

/** rows [n, from] times w [from, to], plus b. */
function product(rows: Float64Array, w: Float64Array, b: Float64Array, n: number): Float64Array {
  const to = b.length, from = w.length / to, y = new Float64Array(n * to);
  for (let i = 0; i < y.length; i++) {
    y[i] = b[i % to];
    for (let c = 0; c < from; c++) y[i] += rows[Math.floor(i / to) * from + c] * w[c * to + i % to];
  }
  return y;
}

/** The gradients of a product's operands. */
function productGradients(rows: Float64Array, w: Float64Array, dy: Float64Array, n: number) {
  const to = dy.length / n, from = w.length / to;
  const drows = new Float64Array(n * from), dw = new Float64Array(from * to), db = new Float64Array(to);
  for (let i = 0; i < dy.length; i++) {
    const row = Math.floor(i / to), k = i % to;
    db[k] += dy[i];
    for (let c = 0; c < from; c++) {
      drows[row * from + c] += dy[i] * w[c * to + k];
      dw[c * to + k] += dy[i] * rows[row * from + c];
    }
  }
  return { drows, dw, db };
}

/** y [N, pixels, C], and every gradient of `dy`. */
export function squeezeExcite(
  { x, w1, b1, w2, b2 }: SqueezeExciteValues,
  dy: Float64Array,
  { n, pixels, c, activation, gate }: SqueezeExciteShape,
) {
  const at = (i: number) => Math.floor(i / (pixels * c)) * c + i % c;
  const mean = new Float64Array(n * c);
  x.forEach((value, i) => mean[at(i)] += value / pixels);
  const u = product(mean, w1, b1, n), hidden = activate(activation, u);
  const v = product(hidden, w2, b2, n), scale = activate(gate, v);
  const dscale = new Float64Array(n * c);
  x.forEach((value, i) => dscale[at(i)] += value * dy[i]);
  const dv = activateDx(gate, v, dscale), outer = productGradients(hidden, w2, dv, n);
  const du = activateDx(activation, u, outer.drows), inner = productGradients(mean, w1, du, n);
  return {
    y: x.map((value, i) => value * scale[at(i)]),
    dx: dy.map((value, i) => value * scale[at(i)] + inner.drows[at(i)] / pixels),
    dw1: inner.dw,
    db1: inner.db,
    dw2: outer.dw,
    db2: outer.db,
  };
}
