/** How a focal loss counts a row for less the surer it is: a factor of `rest`, one minus the row's probability. */

/** WGSL: `focus(rest)`, rest to the power of gamma; pow() need not know that of 0. */
export function focus(gamma: number): string {
  return `fn focus(rest: f32) -> f32 { return ${power(gamma)}; }`;
}

function power(gamma: number): string {
  if (gamma === 0) return "1.0";
  if (gamma <= 4 && Number.isInteger(gamma)) return Array(gamma).fill("rest").join(" * ");
  return `select(pow(rest, ${gamma}f), 0.0, rest == 0.0)`;
}

/** WGSL: 1 - exp(-cost), by its series where that would cancel. */
export const restOf = `fn rest_of(cost: f32) -> f32 {
  let series = cost * (1.0 - cost * (0.5 - cost * (0.16666667 - cost * 0.041666667)));
  return select(1.0 - exp(-cost), series, cost < 0.03125);
}`;
