/** Training with layers that draw: what is dropped follows from the seed and the step, and from nothing else. */
import { assertEquals, assertNotEquals } from "@std/assert";
import type { Device } from "../../src/core/device.ts";
import { INPUT } from "../../src/nn/layers/layer.ts";
import { chain, type Layer } from "../../src/nn/layers/mod.ts";
import { buildModel } from "../../src/nn/model.ts";
import { makeOptimizer } from "../../src/optim/optimizers/mod.ts";
import { stepResults } from "../../src/train/step_results.ts";
import { trainStep } from "../../src/train/step.ts";
import { gpuTest } from "../rings.ts";
import { classes, crossEntropyLoss, imageSize, randomBatch, testDevice } from "./small_run.ts";

/** A block with a depthwise convolution that is often skipped, and a head that drops half of its features. */
function layers(): Layer[] {
  const stem = chain(INPUT, [{
    kind: "conv",
    name: "stem",
    from: 3,
    to: 8,
    kernel: 3,
    stride: 2,
    padding: 1,
  }]);
  const path = chain("stem", [
    { kind: "conv", name: "conv", from: 8, to: 8, kernel: 3, stride: 1, padding: 1, groups: 8 },
    { kind: "batch_norm", name: "bn", channels: 8 },
    { kind: "stochastic_depth", name: "skip", p: .5 },
  ]);
  const head = chain("add", [
    { kind: "global_avg_pool", name: "mean" },
    { kind: "dropout", name: "drop", p: .5 },
    { kind: "linear", name: "fc", from: 8, to: classes.length },
  ]);
  return [...stem, ...path, { kind: "add", name: "add", inputs: ["skip", "stem"] }, ...head];
}

const sizes = [6, 6, 6, 6];

/** Runs of the step over the same batches. */
async function run(
  device: Device,
  { seed = 1, from = 0, to = sizes.length, accumulate = 1, state }: {
    seed?: number;
    from?: number;
    to?: number;
    accumulate?: number;
    state?: { values: Float32Array; statistics: Float32Array };
  } = {},
) {
  const model = buildModel(device, { name: "tiny", classes: classes.length, stages: [layers()] }, { seed });
  const results = stepResults(device, classes.length, 8);
  const optimizer = makeOptimizer({ name: "sgd", lr: 1, momentum: 0, weight_decay: 0 }, model.parameters);
  const parts = { model, results, loss: crossEntropyLoss(device, 0), optimizer, imageSize, maxNorm: null };
  const step = trainStep(device, { ...parts, accumulate, replay: true });
  if (state) {
    model.parameters.values.write(state.values);
    model.parameters.statistics.write(state.statistics);
  }
  step.step = from;
  for (let i = from; i < to; i++) await step.run(randomBatch(sizes[i], "drawn"), 1e-2);
  const values = await model.parameters.values.read(), statistics = await model.parameters.statistics.read();
  const losses = (await results.steps()).map(({ loss }) => loss);
  for (const part of [step, results, optimizer, model.parameters]) part.free();
  return { values, statistics, losses };
}

gpuTest("steps that drop give the same bits again, also when a run is resumed among them", async () => {
  const device = await testDevice();
  const whole = await run(device);
  assertEquals(await run(device), whole);
  const state = await run(device, { to: 2 });
  const rest = await run(device, { from: 2, state });
  assertEquals(rest.values, whole.values);
  assertEquals(rest.statistics, whole.statistics);
});

gpuTest("what is dropped differs from step to step and from batch to batch of a step", async () => {
  const device = await testDevice();
  const start = await run(device, { to: 0 });
  const [first, second] = [
    await run(device, { to: 1, state: start }),
    await run(device, { from: 1, to: 2, state: start }),
  ];
  assertNotEquals(first.losses, second.losses); // of the same batch, with the same weights
  const { losses } = await run(device, { to: 2, accumulate: 2, state: start });
  assertNotEquals(losses[0], losses[1]);
});
