/** Products of matrices that no gradient flows through, by the kernels of conv2d and linear. */
import { empty, type Tensor } from "../core/tensor.ts";
import { dgradFilter, PIXEL, product, weightGradient } from "./products.ts";

const forward = product("matmul");
const forwardTransposed = product("matmul_transposed");
const columnGram = weightGradient("column_gram");

/**
 * x w, [N, K].
 * @param x [N, C], f32, with C a multiple of 4
 * @param w [C, K], f32, with K a multiple of 4
 */
export function matmul(x: Tensor, w: Tensor): Tensor {
  const [batch, channels] = x.shape, outputs = w.shape[1];
  const y = empty(x.device, [batch, outputs], "f32", "matmul"); // [N, K]
  forward({ x, w, y }, { type: "f32", batch, rows: PIXEL, cols: PIXEL, channels, outputs });
  return y;
}

/** The products of all pairs of columns of x [N, C], f32: x^T x, [C, C]. N and C are multiples of 4. */
export function gramOfColumns(x: Tensor): Tensor {
  const [batch, channels] = x.shape, pixel = [1, 1] as const;
  const geometry = { input: pixel, output: pixel, filter: pixel, stride: 1, padding: 0 };
  const gram = empty(x.device, [channels, channels], "f32", "gram"); // [C, C]
  gram.grad = gram; // where the sum goes
  return columnGram(x, x, gram, { type: "f32", batch, ...geometry, channels, outputs: channels });
}

/** The products of all pairs of rows of x [N, C], f32: x x^T, [N, N]. N and C are multiples of 4. */
export function gramOfRows(x: Tensor): Tensor {
  const [batch, channels] = x.shape, { w, transposed } = dgradFilter(x);
  const y = empty(x.device, [batch, batch], "f32", "gram"); // [N, N]
  const sizes = { type: "f32", batch, rows: PIXEL, cols: PIXEL, channels, outputs: batch } as const;
  forwardTransposed({ x, w, y }, { ...sizes, transposed });
  return y;
}
