import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { linearScale, roundStep } from "../../src/plots/scale.ts";

Deno.test("linearScale() has ends around all values, and ticks of a round and even step", () => {
  const stream = rng(3, "scale");
  for (let i = 0; i < 500; i++) {
    const size = 10 ** stream.uniform(-6, 6),
      low = stream.normal() * size,
      high = low + stream.uniform() * size;
    const scale = linearScale([low, high], [10, 110]);
    const step = scale.ticks[1] - scale.ticks[0];
    assert(
      scale.ticks[0] <= low + 1e-6 * step && scale.ticks.at(-1)! >= high - 1e-6 * step,
      `${low} ${high}`,
    );
    assert(scale.ticks.length >= 2 && scale.ticks.length <= 8, `${scale.ticks.length} ticks`);
    assertEquals([scale(scale.ticks[0]), scale(scale.ticks.at(-1)!)], [10, 110]);
    for (const tick of scale.ticks) {
      assertAlmostEquals(Number(scale.text(tick)), tick, step * 1e-3, `${scale.text(tick)} of ${tick}`);
    }
  }
});

Deno.test("linearScale() shows a single value, whole numbers, and halves with their decimal", () => {
  for (const value of [0, 5, -1e-7, 1e9]) {
    const scale = linearScale([value, value], [0, 1]);
    assert(scale(value) >= 0 && scale(value) <= 1 && scale.ticks.length > 1, `${value}`);
  }
  assertEquals(linearScale([0, 2], [0, 1], 10, 1).ticks, [0, 1, 2]);
  for (let high = 1; high < 300; high++) {
    const { ticks } = linearScale([0, high], [0, 1], 3, 1);
    assertEquals(ticks.filter((tick) => !Number.isInteger(tick)), []);
  }
  const scale = linearScale([0, 10], [0, 1], 4);
  assertEquals(scale.ticks.map(scale.text), ["0.0", "2.5", "5.0", "7.5", "10.0"]);
  assertEquals([.3, 1, 1.01, 2.2, 3, 7, 70].map(roundStep), [.5, 1, 2, 2.5, 5, 10, 100]);
});
