/** Muon's orthogonalisation in float64, step by step as its authors write it. */

/** How the iteration runs. */
interface Options {
  readonly coefficients: readonly [number, number, number];
  readonly steps: number;
  readonly eps: number;
}

/** x [rows, columns] with singular values of about 1: x becomes a x + (b x x^T + c (x x^T)^2) x, from x / |x|. */
export function newtonSchulz64(
  values: Float64Array,
  rows: number,
  columns: number,
  { coefficients: [a, b, c], steps, eps }: Options,
): Float64Array {
  const norm = Math.max(eps, Math.hypot(...values));
  let x = values.map((value) => value / norm);
  for (let step = 0; step < steps; step++) {
    const gram = product(x, transposed(x, rows, columns), rows, columns, rows);
    const square = product(gram, gram, rows, rows, rows);
    const factor = gram.map((value, i) => b * value + c * square[i]);
    const more = product(factor, x, rows, rows, columns);
    x = x.map((value, i) => a * value + more[i]);
  }
  return x;
}

function transposed(x: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from(x, (_, i) => x[(i % rows) * columns + Math.floor(i / rows)]);
}

/** x [n, c] times w [c, k]. */
function product(x: Float64Array, w: Float64Array, n: number, c: number, k: number): Float64Array {
  const y = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < c; j++) {
      const factor = x[i * c + j];
      for (let l = 0; l < k; l++) y[i * k + l] += factor * w[j * k + l];
    }
  }
  return y;
}
