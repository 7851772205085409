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

Deno.test("ratePlot() marks single losses far above the smoothed ones at the border, and counts them", () => {
  const rates = [1e-3, 1e-2, 1e-1, 1];
  const smoothed = [2, 1.5, 1, 1.2], losses = [2, 1, .5, 1e6];
  const plot = ratePlot({ title, rates, losses, smoothed, suggestion: undefined }, font);
  assertEquals(count(plot, "circle"), 3 + 1); // and one in the legend
  assert(assertLegible(plot).some(({ text }) => text === "1 step above"));
  assertLegible(ratePlot({ title, rates: [], losses: [], smoothed: [], suggestion: undefined }, font));
});

Deno.test("ratePlot() shows the scatter of single losses around a smoothed one that hardly moves", () => {
  const stream = rng(5, "scatter"), rates = Array.from({ length: 60 }, (_, i) => 1e-6 * 1.2 ** i);
  const losses = rates.map(() => 2.4 + .2 * stream.normal()), smoothed = rates.map((_, i) => 2.4 - i * 1e-4);
  const plot = ratePlot({ title, rates, losses, smoothed, suggestion: undefined }, font);
  assert(count(plot, "circle") > .95 * 60, `${count(plot, "circle") - 1} of 60`);
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
