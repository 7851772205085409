/** Max pooling and the global mean, images [N, H, W, C]. Source: torch.nn.functional.max_pool2d. */

/** Sizes of a pooling; the output is [n, p, q, c]. */
export interface PoolShape {
  n: number;
  h: number;
  w: number;
  c: number;
  kernel: number;
  stride: number;
  padding: number;
}

/** Output height p and width q. */
export function poolOutput({ h, w, kernel, stride, padding }: PoolShape): { p: number; q: number } {
  const size = (input: number) => Math.floor((input + 2 * padding - kernel) / stride) + 1;
  return { p: size(h), q: size(w) };
}

/** For each output, the index in x of the maximum in the window: the first of equal ones; NaN is the largest. */
function maxIndices(x: Float64Array, shape: PoolShape): Uint32Array {
  const { n, h, w, c, kernel, stride, padding } = shape;
  const { p, q } = poolOutput(shape);
  return Uint32Array.from({ length: n * p * q * c }, (_, y) => {
    const channel = y % c,
      j = Math.floor(y / c) % q,
      i = Math.floor(y / c / q) % p,
      image = Math.floor(y / c / q / p);
    let best = -1;
    for (let row = i * stride - padding; row < i * stride - padding + kernel; row++) {
      for (let column = j * stride - padding; column < j * stride - padding + kernel; column++) {
        if (row < 0 || row >= h || column < 0 || column >= w) continue; // padding is -infinity
        const index = ((image * h + row) * w + column) * c + channel;
        if (best === -1 || x[index] > x[best] || Number.isNaN(x[index])) best = index;
      }
    }
    return best;
  });
}

/** y [N, P, Q, C] of x [N, H, W, C]. */
export function maxPool2d(x: Float64Array, shape: PoolShape): Float64Array {
  return Float64Array.from(maxIndices(x, shape), (index) => x[index]);
}

/** dx [N, H, W, C] of x and dy [N, P, Q, C]: all to the first maximum in row order. */
export function maxPool2dDx(x: Float64Array, dy: Float64Array, shape: PoolShape): Float64Array {
  const dx = new Float64Array(x.length);
  for (const [y, index] of maxIndices(x, shape).entries()) dx[index] += dy[y];
  return dx;
}

/** Sizes of a global pooling: x [n, pixels, c], y [n, c]. */
export interface GlobalPoolShape {
  n: number;
  /** H * W. */
  pixels: number;
  c: number;
}

/** y [N, C]: the mean over all pixels. */
export function globalAvgPool(x: Float64Array, { n, pixels, c }: GlobalPoolShape): Float64Array {
  const y = new Float64Array(n * c);
  for (let i = 0; i < x.length; i++) y[Math.floor(i / c / pixels) * c + i % c] += x[i] / pixels;
  return y;
}

/** dx [N, H * W, C] of dy [N, C]. */
export function globalAvgPoolDx(dy: Float64Array, { n, pixels, c }: GlobalPoolShape): Float64Array {
  return Float64Array.from(
    { length: n * pixels * c },
    (_, i) => dy[Math.floor(i / c / pixels) * c + i % c] / pixels,
  );
}
