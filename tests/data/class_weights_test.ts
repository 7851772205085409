import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { classCounts, classWeights } from "../../src/data/class_weights.ts";

Deno.test("classCounts() counts the samples of each class", () => {
  const samples = [2, 0, 2, 2].map((label) => ({ path: "x", label }));
  assertEquals(classCounts(samples, 4), Uint32Array.of(1, 0, 3, 0));
  assertThrows(
    () => classCounts(samples, 2),
    RangeError,
    `Cannot count "x": its label must be 0 .. 1, current value is 2`,
  );
});

Deno.test("classWeights() are inverse counts that sum to the number of classes", () => {
  const weights = classWeights([10, 5, 0, 1]); // 1/10, 1/5, 1/1, 1/1, sum 2.3
  [0.4 / 2.3, 0.8 / 2.3, 4 / 2.3, 4 / 2.3].forEach((weight, i) =>
    assertAlmostEquals(weights[i], weight, 1e-12)
  );
  assertAlmostEquals(weights.reduce((a, b) => a + b), 4, 1e-12);
  assertEquals([...classWeights([7, 7, 7])], [1, 1, 1]);
});
