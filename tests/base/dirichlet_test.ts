import { assert } from "@std/assert";
import { dirichlet } from "../../src/base/dirichlet.ts";
import { rng } from "../../src/base/rng.ts";

const DRAWS = 4000;

Deno.test("dirichlet() has the mean and the variance of its concentrations, also far below 1", () => {
  for (const concentrations of [[1, 1], [0.2, 0.2], [0.002, 0.004], [5, 0.5, 2], [30]]) {
    const whole = concentrations.reduce((sum, one) => sum + one, 0);
    const drawn = Array.from({ length: DRAWS }, (_, i) => dirichlet(concentrations, rng(2, i)));
    for (const shares of drawn) {
      assert(shares.every((share) => share >= 0 && share <= 1), `${shares}`);
      assert(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-12, `${shares}`);
    }
    concentrations.forEach((concentration, k) => {
      const mean = concentration / whole, variance = mean * (1 - mean) / (whole + 1);
      const values = drawn.map((shares) => shares[k]);
      const found = values.reduce((sum, value) => sum + value, 0) / DRAWS;
      const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS;
      assert(
        Math.abs(found - mean) <= 4.5 * Math.sqrt(variance / DRAWS) + 1e-12,
        `${concentrations}: ${found}`,
      );
      assert(
        Math.abs(spread - variance) <= 0.15 * variance + 1e-12,
        `${concentrations}: ${spread}, ${variance}`,
      );
    });
  }
});
