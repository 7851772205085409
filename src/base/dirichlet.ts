/** Shares drawn from a Dirichlet distribution: Beta's for two. */
import type { Rng } from "./rng.ts";

/**
 * Shares of 1, as many as `concentrations`, each above 0. Gamma variates by Marsaglia & Tsang (2000), as logarithms,
 * which small concentrations do not make vanish.
 */
export function dirichlet(concentrations: readonly number[], rng: Rng): number[] {
  const logs = concentrations.map((concentration) => logGamma(concentration, rng));
  const most = Math.max(...logs);
  const parts = logs.map((log) => Math.exp(log - most));
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / sum);
}

/** The logarithm of a gamma variate: one of a shape above 1, times a power of a uniform number. */
function logGamma(shape: number, rng: Rng): number {
  const d = shape + 1 - 1 / 3, c = 1 / Math.sqrt(9 * d);
  const below = Math.log(1 - rng.uniform()) / shape;
  for (;;) {
    const x = rng.normal(), v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < x * x / 2 + d * (1 - v + Math.log(v))) {
      return Math.log(d * v) + below;
    }
  }
}
