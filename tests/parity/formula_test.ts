/** Known answers of the trajectories' formula, from the NumPy code that makes them. */
import { assert, assertEquals } from "@std/assert";
import { mix32, type Role, startValues, stepLabels, uniform } from "../../src/parity/formula.ts";

Deno.test("mix32() and uniform() give NumPy's numbers", () => {
  assertEquals([0, 1, 2, 3].map(mix32), [0, 1753845952, 3507691905, 1408362973]);
  const expected = [0.7191379610449076, 0.7909173546358943, -0.6219889032654464];
  assertEquals(uniform("r18-1:conv1.weight", 3, (u) => u), Float32Array.from(expected));
});

Deno.test("stepLabels() gives NumPy's labels", () => {
  const sizes = { seed: "r18-1", batch: 8, size: 64, classes: 42 };
  assertEquals(stepLabels(sizes, 0), Uint32Array.of(8, 8, 32, 21, 15, 40, 41, 40));
});

Deno.test("startValues() keeps the last norm of a block small, and the head's bias smaller", () => {
  const about = (name: string, role: Role) => {
    const values = startValues("s", name, [64], role);
    return Math.round(10 * values.reduce((sum, value) => sum + value, 0) / 64) / 10;
  };
  assertEquals(about("bn1.weight", "other"), 1);
  assertEquals(about("layer1.0.bn2.weight", "last norm of a block"), .2);
  assertEquals(about("bn1.running_var", "other"), 1);
  const largest = (role: Role) => Math.max(...startValues("s", "fc.bias", [64], role).map(Math.abs));
  assert(largest("head") < .01 && largest("other") > .05);
});
