import { maxPoolDgrad } from "../../kernels/max_pool_dgrad.ts";
import { maxPoolForward } from "../../kernels/max_pool_forward.ts";
import { streamSource } from "../core/device.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { describe, elementType, imageShape } from "./checks.ts";

const forward = kernel("max_pool_forward", maxPoolForward);
const dgrad = kernel("max_pool_dgrad", maxPoolDgrad);

/** The windows of {@link maxPool2d}. */
export interface MaxPool2dOptions {
  /** Rows and columns of a window, 1 .. 16. */
  readonly kernel: number;
  /** Pixels from one window to the next; by default the window's size. */
  readonly stride?: number;
  /** Pixels of -infinity around x, at most half a window. */
  readonly padding?: number;
}

/**
 * The maximum of each window (torch.nn.functional.max_pool2d). On a tie the first in row order gets the gradient; NaN
 * counts as the largest. Saves the position of each maximum, one byte each.
 * @param x [N, H, W, C] with C a multiple of 4
 * @returns y [N, P, Q, C] with P = floor((H + 2 * padding - kernel) / stride) + 1
 * @throws TypeError if x is not an image or smaller than a window
 * @throws RangeError if an option is out of its range
 */
export function maxPool2d(x: Tensor, options: MaxPool2dOptions): Tensor {
  const { kernel, stride, padding } = checked(options);
  const { n, h, w, c } = imageShape("max_pool2d", "x", x);
  const size = (input: number) => Math.floor((input + 2 * padding - kernel) / stride) + 1;
  const output = [size(h), size(w)] as const;
  if (output[0] < 1 || output[1] < 1) {
    throw new TypeError(
      `Cannot run max_pool2d: ${describe("x", x)} with padding ${padding} is smaller than the window ` +
        `[${kernel}, ${kernel}]; use larger images`,
    );
  }
  const y = empty(x.device, [n, ...output, c], x.dtype, "max_pool2d"); // [N, P, Q, C]
  const taps = empty(x.device, [n, ...output, c / 4], "u32", "max_pool2d taps"); // [N, P, Q, C / 4]
  const geometry = { type: elementType("max_pool2d", x), input: [h, w] as const, output, channels: c };
  const pool = { ...geometry, kernel, stride, padding, operands: streamSource(x.device) };
  forward.run({ x, y, taps }, { ...pool, count: y.size });
  return record("max_pool2d", [x], y, (dy) => [
    () => {
      const dx = gradientFor(x); // [N, H, W, C]
      dgrad.run({ dy, taps, dx }, { ...pool, count: dx.size });
      return dx;
    },
  ]);
}

/** The options with their defaults. */
function checked({ kernel, stride = kernel, padding = 0 }: MaxPool2dOptions): Required<MaxPool2dOptions> {
  const require = (name: string, value: number, low: number, high: number) => {
    if (Number.isInteger(value) && value >= low && value <= high) return;
    const range = high === Infinity ? `at least ${low}` : `${low} .. ${high}`;
    throw new RangeError(
      `Cannot run max_pool2d: ${name} must be an integer, ${range}, current value is ${value}`,
    );
  };
  require("kernel", kernel, 1, 16);
  require("stride", stride, 1, Infinity);
  require("padding", padding, 0, Math.floor(kernel / 2));
  return { kernel, stride, padding };
}
