/** y = x w^T + b. x [N, C], w [K, C] as PyTorch stores it, b [K], y [N, K]. */

/** Sizes. */
export interface LinearShape {
  n: number;
  c: number;
  k: number;
}

/** y [N, K]. */
export function linear(
  x: Float64Array,
  w: Float64Array,
  b: Float64Array,
  { n, c, k }: LinearShape,
): Float64Array {
  return Float64Array.from({ length: n * k }, (_, i) => {
    let sum = b[i % k];
    for (let j = 0; j < c; j++) sum += x[Math.floor(i / k) * c + j] * w[(i % k) * c + j];
    return sum;
  });
}

/** dx [N, C], dw [K, C], db [K]. */
export function linearGradients(
  x: Float64Array,
  w: Float64Array,
  dy: Float64Array,
  { n, c, k }: LinearShape,
): { dx: Float64Array; dw: Float64Array; db: Float64Array } {
  const dx = new Float64Array(n * c), dw = new Float64Array(k * c), db = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    for (let o = 0; o < k; o++) {
      const d = dy[i * k + o];
      db[o] += d;
      for (let j = 0; j < c; j++) {
        dx[i * c + j] += d * w[o * c + j];
        dw[o * c + j] += d * x[i * c + j];
      }
    }
  }
  return { dx, dw, db };
}
