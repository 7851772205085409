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

/** Calls `visit` with the index of each element in PyTorch's layout and in wgrad's. */
function eachElement(
  layout: Layout,
  torchShape: Shape,
  visit: (torch: number, engine: number) => void,
): void {
  if (layout === "vector") {
    for (let i = 0; i < torchShape[0]; i++) visit(i, i);
    return;
  }
  const [k, c, ...filter] = torchShape;
  const taps = elements(filter), [cPadded, kPadded] = engineShape(layout, torchShape).slice(-2);
  for (let tap = 0; tap < taps; tap++) {
    for (let i = 0; i < c; i++) {
      for (let j = 0; j < k; j++) visit((j * c + i) * taps + tap, (tap * cPadded + i) * kPadded + j);
    }
  }
}

/** A parameter's values in wgrad's layout, padded with zeros. */
export function toEngine(layout: Layout, torchShape: Shape, values: ArrayLike<number>): Float32Array {
  const result = new Float32Array(elements(engineShape(layout, torchShape)));
  eachElement(layout, torchShape, (torch, engine) => result[engine] = values[torch]);
  return result;
}

/** A parameter's values in PyTorch's layout, without the padding. */
export function toTorch(layout: Layout, torchShape: Shape, values: ArrayLike<number>): Float32Array {
  const result = new Float32Array(elements(torchShape));
  eachElement(layout, torchShape, (torch, engine) => result[torch] = values[engine]);
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
