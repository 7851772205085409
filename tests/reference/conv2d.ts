/**
 * Convolution as its definition reads: y[n,p,q,k] = sum over r,s,c of x[n, p*stride - padding + r,
 * q*stride - padding + s, c] * w[r,s,c,k], zeros outside. Images [N, H, W, C], filters [R, S, C, K]; with groups
 * [R, S, C / groups, K], where c counts within the group of k.
 */

/** Sizes of a convolution; the output is [n, p, q, k]. */
export interface ConvShape {
  n: number;
  h: number;
  w: number;
  c: number;
  r: number;
  s: number;
  k: number;
  stride: number;
  padding: number;
  /** By default 1. */
  groups?: number;
}

/** Output height p and width q. */
export function convOutput({ h, w, r, s, stride, padding }: ConvShape): { p: number; q: number } {
  return {
    p: Math.floor((h + 2 * padding - r) / stride) + 1,
    q: Math.floor((w + 2 * padding - s) / stride) + 1,
  };
}

/** Calls `visit` with the offsets of each x, w and y that meet. */
function eachProduct(shape: ConvShape, visit: (x: number, w: number, y: number) => void): void {
  const { p, q } = convOutput(shape), { groups = 1 } = shape;
  const ofX = shape.c / groups, ofY = shape.k / groups;
  const channels = (x: number, w: number, y: number) => {
    for (let c = 0; c < ofX; c++) {
      for (let k = 0; k < shape.k; k++) visit(x + Math.floor(k / ofY) * ofX + c, w + c * shape.k + k, y + k);
    }
  };
  for (let n = 0; n < shape.n; n++) {
    for (let i = 0; i < p; i++) {
      for (let j = 0; j < q; j++) {
        const y = ((n * p + i) * q + j) * shape.k;
        for (let r = 0; r < shape.r; r++) {
          const row = i * shape.stride - shape.padding + r;
          if (row < 0 || row >= shape.h) continue;
          for (let s = 0; s < shape.s; s++) {
            const column = j * shape.stride - shape.padding + s;
            if (column < 0 || column >= shape.w) continue;
            const x = ((n * shape.h + row) * shape.w + column) * shape.c;
            channels(x, (r * shape.s + s) * ofX * shape.k, y);
          }
        }
      }
    }
  }
}

/** The shape of the filter. */
export function filterShape({ r, s, c, k, groups = 1 }: ConvShape): [number, number, number, number] {
  return [r, s, c / groups, k];
}

/** y [N, P, Q, K] of x and w. */
export function conv2d(x: Float64Array, w: Float64Array, shape: ConvShape): Float64Array {
  const { p, q } = convOutput(shape);
  const y = new Float64Array(shape.n * p * q * shape.k);
  eachProduct(shape, (xAt, wAt, yAt) => y[yAt] += x[xAt] * w[wAt]);
  return y;
}

/** dx [N, H, W, C] of dy [N, P, Q, K] and w. */
export function conv2dDx(dy: Float64Array, w: Float64Array, shape: ConvShape): Float64Array {
  const dx = new Float64Array(shape.n * shape.h * shape.w * shape.c);
  eachProduct(shape, (xAt, wAt, yAt) => dx[xAt] += dy[yAt] * w[wAt]);
  return dx;
}

/** dw, in the filter's shape, of x [N, H, W, C] and dy [N, P, Q, K]. */
export function conv2dDw(x: Float64Array, dy: Float64Array, shape: ConvShape): Float64Array {
  const [r, s, c, k] = filterShape(shape);
  const dw = new Float64Array(r * s * c * k);
  eachProduct(shape, (xAt, wAt, yAt) => dw[wAt] += x[xAt] * dy[yAt]);
  return dw;
}
