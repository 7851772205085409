/**
 * Converts between PyTorch's layouts (OIHW filters, [out, in] matrices) and wgrad's (channels last, padded to
 * multiples of 4). Padding is zero and stays zero, because its gradients vanish.
 */
import { elements, roundUp, type Shape } from "../base/shape.ts";

/** How a parameter's PyTorch axes are arranged in wgrad. */
export type Layout = "filter" | "depthwise" | "matrix" | "vector";

/**
 * wgrad's shape of a parameter: filter [K, C, R, S] to [R, S, C, K], depthwise filter [K, 1, R, S] to [R, S, 1, K],
 * matrix [K, C] to [C, K], vector [C].
 */
export function engineShape(layout: Layout, torchShape: Shape): number[] {
  const pad = (size: number) => roundUp(size, 4);
  if (layout === "vector") return [pad(torchShape[0])];
  const [k, c, ...filter] = torchShape;
  return [...filter, layout === "depthwise" ? c : pad(c), pad(k)];
}

/** Rows and columns of the blocks that a transposition goes by, so that what it reads and writes stays in the cache. */
const BLOCK = 32;

/**
 * Goes through a parameter in runs of `count` elements: element i of a run is `engine + i` in wgrad's layout and
 * `torch + i * stride` in PyTorch's. Runs instead of elements, since each start and each checkpoint goes through tens of
 * millions of them.
 */
function eachRun(
  layout: Layout,
  torchShape: Shape,
  visit: (torch: number, stride: number, engine: number, count: number) => void,
): void {
  if (layout === "vector") return visit(0, 1, 0, torchShape[0]);
  const [k, c, ...filter] = torchShape;
  const taps = elements(filter), [cPadded, kPadded] = engineShape(layout, torchShape).slice(-2);
  for (let j = 0; j < k; j += BLOCK) {
    for (let block = 0; block < c; block += BLOCK) {
      for (let tap = 0; tap < taps; tap++) {
        for (let i = block; i < Math.min(c, block + BLOCK); i++) {
          const torch = (j * c + i) * taps + tap, engine = (tap * cPadded + i) * kPadded + j;
          visit(torch, c * taps, engine, Math.min(k - j, BLOCK));
        }
      }
    }
  }
}

/** A parameter's values in wgrad's layout, padded with zeros. */
export function toEngine(layout: Layout, torchShape: Shape, values: ArrayLike<number>): Float32Array {
  const result = new Float32Array(elements(engineShape(layout, torchShape)));
  eachRun(layout, torchShape, (torch, stride, engine, count) => {
    for (let i = 0; i < count; i++) result[engine + i] = values[torch + i * stride];
  });
  return result;
}

/** A parameter's values in PyTorch's layout, without the padding. */
export function toTorch(layout: Layout, torchShape: Shape, values: ArrayLike<number>): Float32Array {
  const result = new Float32Array(elements(torchShape));
  eachRun(layout, torchShape, (torch, stride, engine, count) => {
    for (let i = 0; i < count; i++) result[torch + i * stride] = values[engine + i];
  });
  return result;
}

/** Images [N, C, H, W] as [N, H, W, C padded]. */
export function imagesToEngine([n, c, h, w]: Shape, values: ArrayLike<number>): Float32Array {
  const padded = roundUp(c, 4);
  const result = new Float32Array(n * h * w * padded);
  for (let i = 0; i < values.length; i++) {
    const pixel = i % (h * w), channel = Math.floor(i / (h * w)) % c, image = Math.floor(i / (c * h * w));
    result[(image * h * w + pixel) * padded + channel] = values[i];
  }
  return result;
}

/** Images [N, H, W, C padded] as [N, C, H, W]. */
export function imagesToTorch([n, c, h, w]: Shape, values: ArrayLike<number>): Float32Array {
  const padded = roundUp(c, 4);
  const result = new Float32Array(n * c * h * w);
  for (let i = 0; i < result.length; i++) {
    const pixel = i % (h * w), channel = Math.floor(i / (h * w)) % c, image = Math.floor(i / (c * h * w));
    result[i] = values[(image * h * w + pixel) * padded + channel];
  }
  return result;
}
