import { columnSum } from "../../kernels/column_sum.ts";
import type { GemmOptions } from "../../kernels/implicit_gemm.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { describe, elementType, requireShape } from "./checks.ts";
import { dgradFilter, PIXEL, product, weightGradient } from "./products.ts";

const forward = product("linear_forward");
const dgrad = product("linear_dgrad");
const wgrad = weightGradient("linear_wgrad");
const sumColumns = kernel("column_sum", columnSum);

/**
 * y = x w + b (torch.nn.functional.linear, with the weight transposed). Saves x and w.
 * @param x [N, C] with C a multiple of 4
 * @param w [C, K] with K a multiple of 4, of x's type
 * @param b [K], f32
 * @returns y [N, K]
 * @throws TypeError if the shapes or types do not fit
 */
export function linear(x: Tensor, w: Tensor, b: Tensor): Tensor {
  const [n, c, k] = shapes(x, w, b);
  const sizes: GemmOptions = {
    type: elementType("linear", x),
    batch: n,
    rows: PIXEL,
    cols: PIXEL,
    channels: c,
    outputs: k,
    bias: true,
  };
  const y = empty(x.device, [n, k], x.dtype, "linear"); // [N, K]
  forward({ x, w, y, bias: b }, sizes);
  return record("linear", [x, w, b], y, (dy) => [
    () => dx(x, w, dy, sizes),
    () => dw(x, w, dy, sizes),
    () => {
      const db = gradientFor(b); // [K]
      sumColumns.run({ x: dy, sum: db }, { type: sizes.type, columns: k });
      return db;
    },
  ]);
}

/** N, C and K. */
function shapes(x: Tensor, w: Tensor, b: Tensor): readonly [number, number, number] {
  const [n, c] = x.shape, k = w.shape.at(-1)!;
  if (x.shape.length !== 2 || c % 4 !== 0) {
    throw new TypeError(
      `Cannot run linear: ${describe("x", x)} must have the axes [N, C], C a multiple of 4`,
    );
  }
  if (w.shape.length !== 2 || w.shape[0] !== c || k % 4 !== 0 || w.dtype !== x.dtype) {
    throw new TypeError(
      `Cannot run linear: ${
        describe("weight", w)
      } must have the axes [C, K], C = ${c} and K a multiple of 4, ` +
        `and the type of ${describe("x", x)}`,
    );
  }
  requireShape("linear", "bias", b, "[K]", [k]);
  if (b.dtype !== "f32") throw new TypeError(`Cannot run linear: ${describe("bias", b)} must be f32`);
  return [n, c, k];
}

/** dx = dy w^T, [N, C]. */
function dx(x: Tensor, w: Tensor, dy: Tensor, sizes: GemmOptions): Tensor {
  const gradient = gradientFor(x), filter = dgradFilter(w);
  const { channels, outputs } = sizes, { transposed } = filter;
  const options = { ...sizes, channels: outputs, outputs: channels, bias: false, transposed };
  dgrad({ x: dy, w: filter.w, y: gradient }, options);
  return gradient;
}

/** dw = x^T dy, [C, K]. */
function dw(x: Tensor, w: Tensor, dy: Tensor, { type, batch, channels, outputs }: GemmOptions): Tensor {
  const pixel = [1, 1] as const;
  const geometry = { input: pixel, output: pixel, filter: pixel, stride: 1, padding: 0 };
  return wgrad(x, dy, w, { type, batch, ...geometry, channels, outputs });
}
