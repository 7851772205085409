import { assert, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { persistent } from "../../src/core/tensor.ts";
import { clipByNorm } from "../../src/optim/clip.ts";
import { finiteGuard } from "../../src/optim/finite_guard.ts";
import { lossScale } from "../../src/optim/loss_scale.ts";
import { makeOptimizer } from "../../src/optim/optimizers/mod.ts";
import { STEP_SCALARS, stepScalars } from "../../src/optim/step_scalars.ts";
import { deviceTest } from "../core/fixtures.ts";
import { randomNormal } from "../reference/random.ts";

const size = 256;

for (const decisionOf of [finiteGuard, lossScale]) {
  for (const bad of ["first", "second", "neither"] as const) {
    deviceTest(`SAM with ${decisionOf.name}: gradients not finite in ${bad} pass`, async (device) => {
      const { live } = device.pool.stats();
      const [values, gradients, statistics, scalars, clip] = [size, size, 128, STEP_SCALARS, 2].map((size) =>
        persistent(device, [size])
      );
      const halves = persistent(device, [128], "f16");
      const start = randomNormal(rng(4, "values"), size), moved = randomNormal(rng(4, "statistics"), 128);
      const gradient = randomNormal(rng(4, "gradients"), size);
      const broken = gradient.with(77, Infinity);
      values.write(start);
      statistics.write(moved);
      const parameters = { values, halves, statistics, decayed: 128 };
      const optimizer = makeOptimizer({ name: "sgd", momentum: 0, sam: { adaptive: true } }, parameters);
      const decision = decisionOf(device);
      const scale = decision.skips ? decision.scale : undefined;
      gradients.write(bad === "first" ? broken : gradient);
      scalars.write(stepScalars(optimizer.scalars(1, .1), { step: 1 }));
      device.scope(() => optimizer.ascent!.climb({ gradients, scale }));
      const there = await values.read();
      assert(bad === "first" || there.every((value, i) => value !== start[i]));
      assertEquals(await halves.read(), Float32Array.from(Float16Array.from(there.subarray(0, 128))));
      statistics.write(moved.map((value) => value + 1));
      gradients.write(bad === "second" ? broken : gradient);
      device.scope(() => {
        optimizer.ascent!.comeBack({ gradients, scale });
        clipByNorm(gradients, clip, 1, scale);
        decision.decide(scalars, clip);
      });
      assertEquals(await values.read(), start);
      assertEquals(await statistics.read(), moved);
      assertEquals(await halves.read(), Float32Array.from(Float16Array.from(start.subarray(0, 128))));
      assertEquals((await decision.taken.read())[0], bad === "neither" ? 1 : 0);
      device.scope(() => optimizer.step({ gradients, scalars, clip, decision }));
      const isSame = (await values.read()).every((value, i) => value === start[i]);
      assertEquals(isSame, bad !== "neither");
      for (const part of [optimizer, decision, values, halves, gradients, statistics, scalars, clip]) {
        part.free();
      }
      assertEquals(device.pool.stats().live, live);
    });
  }
}
