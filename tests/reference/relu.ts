/** y = max(x, 0), and y = max(a + b, 0); the gradient at 0 is 0, as PyTorch's. */

/** y of x, elementwise. */
export function relu(x: Float64Array): Float64Array {
  return x.map((value) => Math.max(value, 0));
}

/** dx of dy; `x` may be the input or the output. */
export function reluDx(x: Float64Array, dy: Float64Array): Float64Array {
  return dy.map((value, i) => x[i] > 0 ? value : 0);
}

/** y of a + b, elementwise. */
export function addRelu(a: Float64Array, b: Float64Array): Float64Array {
  return relu(a.map((value, i) => value + b[i]));
}

/** da, which is db too. */
export function addReluGradient(a: Float64Array, b: Float64Array, dy: Float64Array): Float64Array {
  return reluDx(addRelu(a, b), dy);
}
