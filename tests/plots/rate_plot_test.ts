import { assert, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { ratePlot, rateText } from "../../src/plots/rate_plot.ts";
import { assertLegible, count, font } from "./layout.ts";

const title = "Learning rates";

for (const [low, high, steps] of [[1e-8, 1, 100], [1e-30, 1e30, 61], [2e-3, 7e-3, 10], [1e-3, 1e-3, 1]]) {
  Deno.test(`ratePlot() from ${low} to ${high} clips and covers no text`, () => {
    const stream = rng(steps, "rates");
    const rates = Array.from({ length: steps }, (_, i) => low * (high / low) ** (i / Math.max(1, steps - 1)));
    const losses = rates.map(() => Math.exp(3 * stream.normal())), suggestion = rates[Math.floor(steps / 2)];
    const plot = ratePlot({ title, rates, losses, smoothed: losses.map(Math.sqrt), suggestion }, font);
    const texts = assertLegible(plot).map(({ text }) => text);
    assert(texts.includes("Learning rate") && texts.includes(`steepest at ${rateText(suggestion)}`));
    assert(texts.includes(rateText(low)) || texts.includes("1e-28"), texts.join());
    assert(!/NaN|Infinity/.test(plot.svg));
  });
}

Deno.test("ratePlot() leaves out single losses far beyond the smoothed ones, and a suggestion that there is not", () => {
  const rates = [1e-3, 1e-2, 1e-1, 1];
  const smoothed = [2, 1.5, 1, 1.2], losses = [2, 1, .5, 1e6];
  const plot = ratePlot({ title, rates, losses, smoothed, suggestion: undefined }, font);
  assertEquals(count(plot, "circle"), 3 + 1); // and one in the legend
  assertLegible(ratePlot({ title, rates: [], losses: [], smoothed: [], suggestion: undefined }, font));
});

Deno.test("rateText() has two digits, and an exponent below a thousandth", () => {
  assertEquals([0.0025, 0.001, 3.16e-6, 1e-8, 12.34].map(rateText), [
    "0.0025",
    "0.001",
    "3.2e-6",
    "1e-8",
    "12",
  ]);
});
