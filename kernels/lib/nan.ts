/**
 * WGSL that keeps NaN alive: compilers may take `x != x` for false, and adapters may give any value for exp and log of
 * NaN (SwiftShader: infinity and 89), so NaN is told by its bits. Sums and products keep it everywhere.
 */
export const nanSafe = `
fn is_nan(value: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(value) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}
fn nan_if(is_bad: bool, value: f32) -> f32 { return bitcast<f32>(select(bitcast<u32>(value), 0x7fc00000u, is_bad)); }
fn exp4(value: vec4f) -> vec4f { return select(exp(value), value, is_nan(value)); }
fn log1(value: f32) -> f32 { return nan_if(is_nan(vec4f(value)).x, log(value)); }`;
