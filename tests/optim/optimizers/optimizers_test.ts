/** What is true of every optimiser in the registry. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { persistent } from "../../../src/core/tensor.ts";
import { makeOptimizer, type OptimizerName, optimizers } from "../../../src/optim/optimizers/mod.ts";
import { OWN_SCALARS, STEP_SCALARS, stepScalars } from "../../../src/optim/step_scalars.ts";
import { deviceTest } from "../../core/fixtures.ts";
import { randomNormal } from "../../reference/random.ts";

/** Parts of the parameters besides their values: a hidden matrix, and a vector. */
const parts = {
  decayed: 128,
  matrices: [{ start: 0, rows: 8, columns: 16, outputs: 16, inputs: 8 }],
};

for (const name of Object.keys(optimizers) as OptimizerName[]) {
  deviceTest(
    `${name} has the states that it declares, zero at first, and frees what it takes`,
    async (device) => {
      const values = persistent(device, [256]), { live } = device.pool.stats();
      const optimizer = makeOptimizer({ name }, { values, ...parts });
      assertEquals([...optimizer.states.keys()], [...optimizers[name].states]);
      for (const state of optimizer.states.values()) assertEquals(await state.read(), new Float32Array(256));
      assert(optimizer.scalars(1, 1e-3).length <= STEP_SCALARS - OWN_SCALARS);
      optimizer.free();
      assertEquals(device.pool.stats().live, live);
      values.free();
    },
  );
}

for (const name of Object.keys(optimizers) as OptimizerName[]) {
  deviceTest(
    `${name} does in mixed precision, counting the steps taken on the GPU, what the host's count makes it do`,
    async (device) => {
      const start = randomNormal(rng(2, name), 256), gradient = randomNormal(rng(3, name), 256);
      /** The values after three steps, each at another rate. */
      const after = async (skips: boolean, hostAhead: number) => {
        const [values, gradients, scalars, clip, taken] = [256, 256, STEP_SCALARS, 2, 2].map((size) =>
          persistent(device, [size])
        );
        const own = name === "sgd" ? { dampening: .3 } : {};
        const optimizer = makeOptimizer({ name, weight_decay: .1, ...own }, { values, ...parts });
        const decision = { taken, skips, decide: () => {}, free: () => {} };
        values.write(start);
        clip.write([1, 1]);
        for (const step of [1, 2, 3]) {
          gradients.write(gradient.map((value) => value * step));
          taken.write([1, step]);
          scalars.write(stepScalars(optimizer.scalars(step + hostAhead, 1e-2 * step)));
          optimizer.step({ gradients, scalars, clip, decision });
        }
        const result = await values.read();
        for (const part of [optimizer, values, gradients, scalars, clip, taken]) part.free();
        return result;
      };
      const expected = await after(false, 0);
      (await after(true, 5)).forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-6));
      assert(expected.every((value, i) => value !== start[i]));
    },
  );
}

deviceTest("makeOptimizer() refuses Nesterov's momentum without momentum", (device) => {
  const values = persistent(device, [128]);
  assertThrows(
    () => makeOptimizer({ name: "sgd", nesterov: true, momentum: 0 }, { values, decayed: 128 }),
    RangeError,
    'Cannot make optimizer "sgd" because nesterov needs momentum above 0 and no dampening',
  );
  values.free();
});

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
