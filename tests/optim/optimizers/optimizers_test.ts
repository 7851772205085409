/** What is true of every optimiser in the registry. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { persistent } from "../../../src/core/tensor.ts";
import { makeOptimizer, type OptimizerName, optimizers } from "../../../src/optim/optimizers/mod.ts";
import { OWN_SCALARS, STEP_SCALARS, stepScalars } from "../../../src/optim/step_scalars.ts";
import { deviceTest } from "../../core/fixtures.ts";

for (const name of Object.keys(optimizers) as OptimizerName[]) {
  deviceTest(
    `${name} has the states that it declares, zero at first, and frees what it takes`,
    async (device) => {
      const values = persistent(device, [256]), { live } = device.pool.stats();
      const optimizer = makeOptimizer({ name }, { values, decayed: 128 });
      assertEquals([...optimizer.states.keys()], [...optimizers[name].states]);
      for (const state of optimizer.states.values()) assertEquals(await state.read(), new Float32Array(256));
      assert(optimizer.scalars(1, 1e-3).length <= STEP_SCALARS - OWN_SCALARS);
      optimizer.free();
      assertEquals(device.pool.stats().live, live);
      values.free();
    },
  );
}

deviceTest("makeOptimizer() names an option that there is not", (device) => {
  const values = persistent(device, [128]);
  assertThrows(
    () => makeOptimizer({ name: "adamw", betas: [1, 2] }, { values, decayed: 128 }),
    RangeError,
    'Cannot make optimizer "adamw" because betas',
  );
  values.free();
});

Deno.test("stepScalars() refuses more scalars than there is room for", () => {
  assertEquals([...stepScalars([1, 2, 3, 4], { slot: 7 })].slice(OWN_SCALARS), [1, 2, 3, 4]);
  assertThrows(() => stepScalars([1, 2, 3, 4, 5]), RangeError, "at most 4");
});
