/** PyTorch's layouts and the engine's: images NCHW and NHWC, filters OIHW and RSCK. Naive copies for tests. */

/** `source` of `shape` with its axes reordered: axis i of the result is axis order[i] of the source. */
export function permute(
  source: ArrayLike<number>,
  shape: readonly number[],
  order: readonly number[],
): Float64Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sizes = order.map((axis) => shape[axis]);
  return Float64Array.from({ length: source.length }, (_, index) => {
    let from = 0, rest = index;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += (rest % sizes[axis]) * strides[order[axis]];
      rest = Math.floor(rest / sizes[axis]);
    }
    return source[from];
  });
}

/** [N, C, H, W] to [N, H, W, C]; `shape` is the source's. */
export function nchwToNhwc(source: ArrayLike<number>, shape: readonly number[]): Float64Array {
  return permute(source, shape, [0, 2, 3, 1]);
}

/** [N, H, W, C] to [N, C, H, W]; `shape` is the source's. */
export function nhwcToNchw(source: ArrayLike<number>, shape: readonly number[]): Float64Array {
  return permute(source, shape, [0, 3, 1, 2]);
}

/** [O, I, H, W] to [R, S, C, K]; `shape` is the source's. */
export function oihwToRsck(source: ArrayLike<number>, shape: readonly number[]): Float64Array {
  return permute(source, shape, [2, 3, 1, 0]);
}

/** [R, S, C, K] to [O, I, H, W]; `shape` is the source's. */
export function rsckToOihw(source: ArrayLike<number>, shape: readonly number[]): Float64Array {
  return permute(source, shape, [3, 2, 0, 1]);
}
