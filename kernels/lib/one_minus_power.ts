/**
 * WGSL: 1 - b^n for log_beta = ln b and n steps, as needed by bias corrections: -expm1(n ln b), by its series where n
 * ln b is small and the difference would lose precision.
 */
export const oneMinusPower = `fn one_minus_power(log_beta: f32, steps: f32) -> f32 {
  let x = log_beta * steps;
  let series = -x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0)))));
  return select(1.0 - exp(x), series, x > -0.3);
}`;
