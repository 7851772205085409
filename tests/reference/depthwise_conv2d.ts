/**
 * Depthwise convolution as its definition reads: y[n,p,q,c] = sum over r,s of x[n, p*stride - padding + r,
 * q*stride - padding + s, c] * w[r,s,c], zeros outside. Images [N, H, W, C], filters [R, S, C].
 */
import { convOutput, type ConvShape } from "./conv2d.ts";

/** Sizes of a depthwise convolution. */
export type DepthwiseShape = Omit<ConvShape, "k">;

/** Calls `visit` with the offsets of the channels of each x, w and y that meet. */
function eachTap(shape: DepthwiseShape, visit: (x: number, w: number, y: number) => void): void {
  const { n, h, w, c, r, s, stride, padding } = shape, { p, q } = convOutput({ ...shape, k: c });
  for (let image = 0; image < n; image++) {
    for (let i = 0; i < p * q; i++) {
      for (let tap = 0; tap < r * s; tap++) {
        const row = Math.floor(i / q) * stride - padding + Math.floor(tap / s);
        const column = i % q * stride - padding + tap % s;
        if (row < 0 || row >= h || column < 0 || column >= w) continue;
        for (let k = 0; k < c; k++) {
          visit(((image * h + row) * w + column) * c + k, tap * c + k, (image * p * q + i) * c + k);
        }
      }
    }
  }
}

/** y [N, P, Q, C] of x [N, H, W, C] and w [R, S, C]. */
export function depthwiseConv2d(x: Float64Array, w: Float64Array, shape: DepthwiseShape): Float64Array {
  const { p, q } = convOutput({ ...shape, k: shape.c }), y = new Float64Array(shape.n * p * q * shape.c);
  eachTap(shape, (xAt, wAt, yAt) => y[yAt] += x[xAt] * w[wAt]);
  return y;
}

/** dx [N, H, W, C] of dy [N, P, Q, C] and w [R, S, C]. */
export function depthwiseConv2dDx(dy: Float64Array, w: Float64Array, shape: DepthwiseShape): Float64Array {
  const dx = new Float64Array(shape.n * shape.h * shape.w * shape.c);
  eachTap(shape, (xAt, wAt, yAt) => dx[xAt] += dy[yAt] * w[wAt]);
  return dx;
}

/** dw [R, S, C] of x [N, H, W, C] and dy [N, P, Q, C]. */
export function depthwiseConv2dDw(x: Float64Array, dy: Float64Array, shape: DepthwiseShape): Float64Array {
  const dw = new Float64Array(shape.r * shape.s * shape.c);
  eachTap(shape, (xAt, wAt, yAt) => dw[wAt] += x[xAt] * dy[yAt]);
  return dw;
}
