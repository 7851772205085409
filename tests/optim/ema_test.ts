import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { persistent, tensorOf } from "../../src/core/tensor.ts";
import { ema, emaDecay } from "../../src/optim/ema.ts";
import { EMA_DECAY, STEP_SCALARS } from "../../src/optim/step_scalars.ts";
import { deviceTest } from "../core/fixtures.ts";
import { randomNormal } from "../reference/random.ts";

Deno.test("emaDecay() rises to the decay", () => {
  assertEquals([1, 2, 90].map((step) => emaDecay(.9999, step)), [2 / 11, 3 / 12, 91 / 100]);
  assertEquals(emaDecay(.9, 1000), .9);
});

deviceTest("ema() starts at its sources and follows each of them", async (device) => {
  const sizes = [132, 4], scalars = persistent(device, [STEP_SCALARS]);
  const start = sizes.map((size) => randomNormal(rng(1, size), size));
  const sources = start.map((values) => tensorOf(device, values, [values.length]));
  const averages = ema(sources);
  const expected = start.map((values) => Float64Array.from(values));
  for (let step = 1; step <= 12; step++) {
    const d = emaDecay(.8, step), given = new Array(STEP_SCALARS).fill(NaN);
    given[EMA_DECAY] = d;
    scalars.write(given);
    sources.forEach((source, i) => {
      const values = randomNormal(rng(2, step, i), sizes[i]);
      source.write(values);
      expected[i] = expected[i].map((average, at) => d * average + (1 - d) * values[at]);
    });
    averages.update(scalars);
  }
  for (const [i, tensor] of averages.averages.entries()) {
    (await tensor.read()).forEach((value, at) => assertAlmostEquals(value, expected[i][at], 1e-6));
  }
  averages.reset();
  assertEquals(await averages.averages[1].read(), await sources[1].read());
  averages.free();
  scalars.free();
});
