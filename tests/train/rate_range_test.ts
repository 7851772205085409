import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { rateAt, type RateCurve, type RateRange, RateTest } from "../../src/train/rate_range.ts";

const range: RateRange = { min_lr: 1e-6, max_lr: 1, num_training: 61, early_stop_threshold: 4 };

/** The curve of losses that follow from the rate. */
function curveOf(loss: (rate: number) => number, changes: Partial<RateRange> = {}): RateCurve {
  const test = new RateTest({ ...range, ...changes });
  while (test.next !== undefined) test.add(loss(test.next));
  return test.curve;
}

Deno.test("rates rise by the same factor from the lowest to the highest", () => {
  assertEquals([rateAt(0, range), rateAt(60, range)], [1e-6, 1]);
  assertAlmostEquals(rateAt(30, range), 1e-3, 1e-18);
});

Deno.test("the suggestion is where the smoothed loss falls fastest, whatever single losses do", () => {
  const loss = (rate: number) => 2 - 1.5 / (1 + (3e-3 / rate) ** 2); // falls around 3e-3
  const { rates, smoothed, suggestion, stopped } = curveOf(loss);
  assertEquals([rates.length, stopped], [61, undefined]);
  const falls = smoothed.map((value, i) => (smoothed[i - 1] ?? value) - value);
  const fastest = falls.indexOf(Math.max(...falls));
  assert(Math.abs(rates.indexOf(suggestion!) - fastest) <= 2, `${suggestion} of ${rates[fastest]}`);
  const noisy = curveOf((rate) => loss(rate) + 0.3 * Math.sin(1e3 * Math.log(rate)));
  assert(Math.abs(noisy.rates.indexOf(noisy.suggestion!) - fastest) <= 4, `${noisy.suggestion}`);
});

/** Curves of batches of 8 at a mean loss that falls by `depth` around 1e-3 and rises beyond 0.1. */
function drawnCurves(depth: number, num_training: number): RateCurve[] {
  return Array.from({ length: 20 }, (_, seed) => {
    const stream = rng(seed, "batches", num_training);
    return curveOf((rate) => {
      const mean = 2.5 - depth / (1 + (1e-3 / rate) ** 1.5) + (depth && 40 * Math.max(0, rate - 0.1));
      const single = () => mean * (0.6 - 0.4 * Math.log(1 - stream.uniform()));
      return Array.from({ length: 8 }, single).reduce((sum, loss) => sum + loss) / 8;
    }, { min_lr: 1e-8, num_training });
  });
}

for (const steps of [30, 100, 200]) {
  Deno.test(`the scatter of ${steps} single losses is taken for no fall`, () => {
    const taken = drawnCurves(0, steps).filter(({ suggestion }) => suggestion !== undefined);
    assert(taken.length <= 2, `${taken.length} of 20 suggest a rate`);
  });
}

Deno.test("a fall among scattered losses is found, within a decade and a half above its middle", () => {
  const suggested = drawnCurves(0.8, 100).map(({ suggestion }) => suggestion);
  const good = suggested.filter((rate) => rate !== undefined && rate > 5e-4 && rate < 3e-2);
  assert(good.length >= 17, suggested.join());
});

Deno.test("a lucky first step hides no fall behind it", () => {
  const { suggestion } = curveOf((rate) => rate < 1.2e-6 ? 0.5 : 2 - 1.5 / (1 + (3e-3 / rate) ** 2));
  assert(suggestion! > 1e-3 && suggestion! < 0.1, `${suggestion}`);
});

Deno.test("a loss that falls again after it has risen suggests nothing there", () => {
  const { suggestion } = curveOf((rate) => rate < 2e-3 ? 3 - 300 * rate : rate < 2e-2 ? 9 : 2.5);
  assert(suggestion! > 2e-4 && suggestion! < 3e-3, `${suggestion}`);
});

Deno.test("smoothing is an average with decay 0.98, corrected for its start", () => {
  const { smoothed } = curveOf((rate) => rate < 2e-6 ? 1 : 3, { early_stop_threshold: null });
  assertEquals(smoothed.length, 61);
  assertAlmostEquals(smoothed[0], 1, 1e-12);
  const first = [0, 1].map((i) => rateAt(i, range) < 2e-6 ? 1 : 3);
  assertAlmostEquals(smoothed[1], (0.98 * 0.02 * first[0] + 0.02 * first[1]) / (1 - 0.98 ** 2), 1e-12);
});

Deno.test("it stops once the smoothed loss is four times its lowest, or at a loss that is not finite", () => {
  const rising = curveOf((rate) => rate < 9e-3 ? 1 : 1e3);
  assertEquals([rising.stopped, rising.rates.length], ["rose", 41]);
  assertEquals(curveOf((rate) => rate < 9e-3 ? 1 : 1e3, { early_stop_threshold: null }).rates.length, 61);
  const broken = curveOf((rate) => rate < 9e-3 ? 1 : NaN);
  assertEquals([broken.stopped, broken.rates.length], ["not finite", 40]);
});

Deno.test("nothing is suggested where the loss never falls", () => {
  assertEquals(curveOf((rate) => 1 + rate).suggestion, undefined);
  assertEquals(curveOf(() => NaN).suggestion, undefined);
});
