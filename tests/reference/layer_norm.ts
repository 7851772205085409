/**
 * Layer norm over the last axis: y = (x - mean) / sqrt(var + eps) * weight + bias, per row. x is [M, C]. Source: Ba et
 * al. 2016; torch.nn.functional.layer_norm.
 */

/** y and every gradient of `dy`. */
export function layerNorm(
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
  dy: Float64Array,
  eps: number,
) {
  const c = weight.length, y = new Float64Array(x.length), dx = new Float64Array(x.length);
  const dweight = new Float64Array(c), dbias = new Float64Array(c);
  for (let start = 0; start < x.length; start += c) {
    const row = x.subarray(start, start + c), mean = row.reduce((sum, value) => sum + value / c, 0);
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2 / c, 0);
    const scale = 1 / Math.sqrt(variance + eps), hat = row.map((value) => (value - mean) * scale);
    const g = hat.map((_, k) => dy[start + k] * weight[k]);
    const meanG = g.reduce((sum, value) => sum + value / c, 0);
    const meanProduct = g.reduce((sum, value, k) => sum + value * hat[k] / c, 0);
    for (let k = 0; k < c; k++) {
      y[start + k] = hat[k] * weight[k] + bias[k];
      dx[start + k] = scale * (g[k] - meanG - hat[k] * meanProduct);
      dweight[k] += dy[start + k] * hat[k];
      dbias[k] += dy[start + k];
    }
  }
  return { y, dx, dweight, dbias };
}
