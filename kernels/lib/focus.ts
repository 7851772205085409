/** How a focal loss down-weights confident rows: a factor of `rest`, one minus the row's probability. */

/** WGSL: `focus(rest)`, rest to the power of gamma; pow() may be undefined at 0. */
export function focus(gamma: number, type: "f32" | "vec4f" = "f32"): string {
  return `fn focus(rest: ${type}) -> ${type} { return ${power(gamma, type)}; }`;
}

function power(gamma: number, type: "f32" | "vec4f"): string {
  if (gamma === 0) return `${type}(1.0)`;
  if (gamma <= 4 && Number.isInteger(gamma)) return Array(gamma).fill("rest").join(" * ");
  return `select(pow(rest, ${type}(${gamma})), ${type}(), rest == ${type}())`;
}

/** WGSL: 1 - exp(-cost), by its series where the difference would cancel. */
export const restOf = `fn rest_of(cost: f32) -> f32 {
  let series = cost * (1.0 - cost * (0.5 - cost * (0.16666667 - cost * 0.041666667)));
  return select(1.0 - exp(-cost), series, cost < 0.03125);
}`;

/**
 * WGSL, to follow `nanSafe`: `focal_of(z, others)` for four classes with the softmax p, from logits z below the row's
 * largest and the sum of the exponentials of all classes but that one. `cost` is (1 - p)^gamma * -log p, `slope` is
 * -d cost / d log p = (1 - p)^gamma * (1 + gamma * p * -log p / (1 - p)).
 *
 * Only the class with the largest logit can be nearly certain, and its 1 - p is the share of the others. So neither 1
 * - p nor -log p, which for a certain class is its series in 1 - p, cancels or divides by zero.
 */
export function focalTerms(gamma: number): string {
  return `${focus(gamma, "vec4f")}
struct FocalTerms { cost: vec4f, slope: vec4f }
fn focal_of(z: vec4f, others: f32) -> FocalTerms {
  let sum = 1.0 + others;
  let exponential = exp4(z);
  let rest = (others + (1.0 - exponential)) / sum; // 1 - p
  let series = 1.0 + rest * (0.5 + rest * (0.33333333 + rest * 0.25)); // -log(1 - rest) / rest
  let is_certain = rest < vec4f(0.03125);
  let cost = select(log1(sum) - z, rest * series, is_certain); // -log p
  let ratio = select(cost / rest, series, is_certain);
  let factor = focus(rest);
  return FocalTerms(factor * cost, factor * (1.0 + ${gamma}f * (exponential / sum) * ratio));
}`;
}
