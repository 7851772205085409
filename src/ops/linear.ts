import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { describe, elementType, requireShape } from "./checks.ts";
import { matrixProduct } from "./products.ts";

const products = matrixProduct("linear");

/**
 * y = x w + b (torch.nn.functional.linear, with the weight transposed). Saves x and w.
 * @param x [N, C] or [N, H, W, C] with C a multiple of 4
 * @param w [C, K] with K a multiple of 4, of x's type
 * @param b [K], f32
 * @returns y [N, K] or [N, H, W, K]
 * @throws TypeError if the shapes or types do not fit
 */
export function linear(x: Tensor, w: Tensor, b: Tensor): Tensor {
  const [rows, channels, outputs] = shapes(x, w, b);
  const sizes = { type: elementType("linear", x), rows, channels, outputs };
  const y = empty(x.device, [...x.shape.slice(0, -1), outputs], x.dtype, "linear"); // [N, K] or [N, H, W, K]
  products.forward({ x, w, y, bias: b }, sizes);
  return record("linear", [x, w, b], y, (dy) => [
    () => {
      const dx = gradientFor(x); // like x
      products.dx({ dy, w, dx }, sizes);
      return dx;
    },
    () => products.dw({ x, dy, w }, sizes),
    () => products.db({ dy, b }),
  ]);
}

/** The number of rows or pixels, C and K. */
function shapes(x: Tensor, w: Tensor, b: Tensor): readonly [number, number, number] {
  const c = x.shape.at(-1)!, k = w.shape.at(-1)!;
  if (![2, 4].includes(x.shape.length) || c % 4 !== 0) {
    throw new TypeError(
      `Cannot run linear: ${describe("x", x)} must have the axes [N, C] or [N, H, W, C], C a multiple of 4`,
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
  return [x.size / c, c, k];
}
