import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { nll } from "../../src/metrics/nll.ts";
import { fitTemperature } from "../../src/metrics/temperature.ts";
import { randomScores } from "./random_scores.ts";

/** The mean of -log p(label) at a temperature. */
function loss(logits: Float32Array, labels: Uint32Array, classes: number, temperature: number): number {
  const metric = nll(classes, temperature);
  metric.update(logits, labels);
  return metric.compute()!;
}

Deno.test("fitTemperature() finds the temperature with the least loss, however large the logits are", () => {
  for (const [samples, classes, scale] of [[150, 3, 1], [41, 9, 7], [500, 43, .2]]) {
    const { logits: raw, labels } = randomScores(samples, classes, samples);
    const logits = raw.map((value) => scale * value);
    const { temperature, error, bound } = fitTemperature(logits, labels);
    let low = Math.log(.05), high = Math.log(20);
    for (let i = 0; i < 200; i++) {
      const a = low + (high - low) / 3, b = high - (high - low) / 3;
      if (loss(logits, labels, classes, Math.exp(a)) < loss(logits, labels, classes, Math.exp(b))) high = b;
      else low = a;
    }
    assertAlmostEquals(temperature, Math.exp(low), 1e-6 * temperature);
    assertEquals(bound, undefined);
    assert(error! > 0 && error! < temperature);
  }
});

Deno.test("fitTemperature() says how far it would be on other samples", () => {
  const fits = Array.from({ length: 60 }, (_, seed) => {
    const { logits, labels } = randomScores(400, 5, seed);
    return fitTemperature(logits, labels);
  });
  const mean = fits.reduce((sum, { temperature }) => sum + temperature, 0) / fits.length;
  const spread = Math.sqrt(fits.reduce((sum, fit) => sum + (fit.temperature - mean) ** 2, 0) / fits.length);
  const said = fits.reduce((sum, { error }) => sum + error!, 0) / fits.length;
  assert(Math.abs(said / spread - 1) < .3, `${said} said, ${spread} found`);
});

Deno.test("fitTemperature() leaves confidences as they are where the likelihood rises without end", () => {
  const right = Float32Array.of(2, 0, 0, 1), wrong = Float32Array.of(0, 2, 1, 0);
  assertEquals(fitTemperature(right, [0, 1]), { temperature: 1, error: null, bound: "low" });
  assertEquals(fitTemperature(wrong, [0, 1]), { temperature: 1, error: null, bound: "high" });
  assertEquals(fitTemperature(new Float32Array(6), [0, 1]).bound, "high");
});

Deno.test("fitTemperature() refuses what has no likelihood", () => {
  assertThrows(() => fitTemperature(new Float32Array(0), []), RangeError, "there are no samples");
  assertThrows(() => fitTemperature(Float32Array.of(1, NaN), [0]), RangeError, "logits must be finite");
  assertThrows(() => fitTemperature(Float32Array.of(1, 2), [2]), RangeError, "labels must be 0 to 1");
});
