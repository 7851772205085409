/** Known answers of the trajectories' formula, from the NumPy code that makes them. */
import { assertEquals } from "@std/assert";
import { mix32, startValues, stepLabels, uniform } from "../../src/parity/formula.ts";

Deno.test("mix32() and uniform() give NumPy's numbers", () => {
  assertEquals([0, 1, 2, 3].map(mix32), [0, 1753845952, 3507691905, 1408362973]);
  const expected = [0.7191379610449076, 0.7909173546358943, -0.6219889032654464];
  assertEquals(uniform("r18-1:conv1.weight", 3, (u) => u), Float32Array.from(expected));
});

Deno.test("stepLabels() gives NumPy's labels", () => {
  const sizes = { seed: "r18-1", batch: 8, size: 64, classes: 42 };
  assertEquals(stepLabels(sizes, 0), Uint32Array.of(8, 8, 32, 21, 15, 40, 41, 40));
});

Deno.test("startValues() keeps the last norm of a block small", () => {
  const names = new Set([
    "layer1.0.bn1.weight",
    "layer1.0.bn2.weight",
    "layer2.0.bn2.weight",
    "layer2.0.bn3.weight",
  ]);
  const about = (name: string) => {
    const values = startValues("s", name, [64], names);
    return Math.round(10 * values.reduce((sum, value) => sum + value, 0) / 64) / 10;
  };
  assertEquals(["layer1.0.bn1.weight", "layer1.0.bn2.weight"].map(about), [1, .2]);
  assertEquals(["layer2.0.bn2.weight", "layer2.0.bn3.weight"].map(about), [1, .2]);
  assertEquals(["bn1.weight", "layer1.0.downsample.1.weight", "bn1.running_var"].map(about), [1, 1, 1]);
});
