import { assert, assertEquals, assertRejects } from "@std/assert";
import { InterruptedError } from "../../src/base/errors.ts";
import { makeOptimizer, type OptimizerName, optimizers } from "../../src/optim/optimizers/mod.ts";
import { findRate } from "../../src/train/lr_find.ts";
import { gpuTest } from "../rings.ts";
import { fitOptions, hiddenOf, slimModel, testDevice } from "./small_run.ts";

const range = { min_lr: 1e-5, max_lr: 1e5, num_training: 10, early_stop_threshold: 4 };

for (const name of Object.keys(optimizers) as OptimizerName[]) {
  gpuTest(`a range test of ${name} leaves everything as it was`, async () => {
    const device = await testDevice(), model = slimModel(device), { values, statistics } = model.parameters;
    const optimizer = makeOptimizer({ name, sam: name === "sgd" ? {} : null }, hiddenOf(model));
    const all = [values, statistics, ...optimizer.states.values()];
    const read = () => Promise.all(all.map((tensor) => tensor.readBytes())); // GPU sync point
    const before = await read(), { live } = device.pool.stats();
    const options = fitOptions(device, model, { optimizer, accumulate: 2 });
    const { live: afterOptions } = device.pool.stats();
    const { rates, losses, stopped } = await findRate(device, options, range);
    assertEquals(await read(), before);
    assertEquals([model.parameters.batches, device.pool.stats().live], [0, afterOptions]);
    assert(live <= afterOptions && rates.length > 3, `${rates.length} steps`);
    assert(stopped !== undefined || losses.length === 10);
    assert(losses.at(-1) !== losses[0], "it has trained");
    optimizer.free();
  });
}

gpuTest("a range test ends when it is asked to", async () => {
  const device = await testDevice();
  const options = fitOptions(device, slimModel(device), { signal: AbortSignal.abort() });
  await assertRejects(() => findRate(device, options, range), InterruptedError);
});
