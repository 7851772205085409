/**
 * WGSL that preserves NaN: compilers may assume that `x != x` is false, and adapters may return any value for exp and
 * log of NaN (SwiftShader: infinity and 89), so NaN is detected by its bits. Sums and products preserve it
 * everywhere.
 *
 * `log1` is the logarithm of a value of at least 1, such as a sum of exponentials the largest of which is 1. Adapters
 * may be off by 2^-22 near 1 (NVIDIA's are), where it uses its series.
 */
export const nanSafe = `
fn is_nan(value: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(value) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}
fn nan_if(is_bad: bool, value: f32) -> f32 { return bitcast<f32>(select(bitcast<u32>(value), 0x7fc00000u, is_bad)); }
fn exp4(value: vec4f) -> vec4f { return select(exp(value), value, is_nan(value)); }
fn log1(value: f32) -> f32 {
  let rest = value - 1.0;
  let series = rest * (1.0 - rest * (0.5 - rest * (0.33333333 - rest * 0.25)));
  return nan_if(is_nan(vec4f(value)).x, select(log(value), series, rest < 0.03125));
}`;

/**
 * WGSL: max(value, 0) that preserves NaN. By bits, because NVIDIA's compiler turns a comparison and a select into
 * max(), and its max() ignores NaN: the bit patterns of values below zero are consecutive, followed by -NaN.
 */
export const rectified = `
fn rectified(value: vec4f) -> vec4f {
  return select(value, vec4f(), (bitcast<vec4u>(value) - vec4u(0x80000001u)) < vec4u(0x7f800000u));
}`;
