import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { type Device, openDevice } from "../../src/core/device.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { INPUT } from "../../src/nn/layers/layer.ts";
import { chain } from "../../src/nn/layers/mod.ts";
import { topClasses } from "../../src/data/target.ts";
import { buildModel, type Model } from "../../src/nn/model.ts";
import { makeOptimizer } from "../../src/optim/optimizers/mod.ts";
import { type Ema, ema, emaDecay } from "../../src/optim/ema.ts";
import { stepResults } from "../../src/train/step_results.ts";
import { type HostBatch, hostBatch } from "../../src/train/batch.ts";
import { type StepParts, trainStep } from "../../src/train/step.ts";
import { gpuTest } from "../rings.ts";
import {
  adamw,
  classes,
  crossEntropyLoss,
  imageSize,
  randomBatch,
  slimModel,
  testDevice,
} from "./small_run.ts";

/** One convolution and a linear layer: little to compile. */
function tinyModel(device: Device): Model {
  const layers = chain(INPUT, [
    { kind: "conv", name: "conv", from: 3, to: 8, kernel: 3, stride: 1, padding: 1 },
    { kind: "global_avg_pool", name: "mean" },
    { kind: "linear", name: "fc", from: 8, to: classes.length },
  ]);
  return buildModel(device, { name: "tiny", classes: classes.length, stages: [layers] }, { seed: 1 });
}

/** A training step of the tiny model, and what it is made of. */
function tinyStep(device: Device, changes: (model: Model) => Partial<StepParts> = () => ({})) {
  const model = tinyModel(device), results = stepResults(device, classes.length, 8);
  const loss = crossEntropyLoss(device, 0);
  const optimizer = makeOptimizer({ ...adamw, weight_decay: 0 }, model.parameters);
  const parts = { model, results, loss, optimizer, imageSize, maxNorm: 1, replay: true, ...changes(model) };
  return { model, results, step: trainStep(device, parts) };
}

gpuTest("a step writes images, labels and one buffer of scalars, and submits once", async () => {
  const device = await testDevice(), { queue } = device.gpu;
  const { step } = tinyStep(device);
  await step.prepare([4]);
  device.flush();
  const { writeBuffer, submit } = queue;
  const calls: string[] = [];
  queue.writeBuffer = (...args: Parameters<typeof writeBuffer>) => {
    calls.push(args[0].label);
    writeBuffer.apply(queue, args);
  };
  queue.submit = (...args: Parameters<typeof submit>) => {
    calls.push("submit");
    submit.apply(queue, args);
  };
  try {
    await step.run(randomBatch(4, "step"), 1e-3);
  } finally {
    Object.assign(queue, { writeBuffer, submit });
  }
  assertEquals(calls.length, 4, calls.join(", "));
  assertEquals(calls.at(-1), "submit");
  step.free();
});

gpuTest("a step on mixed targets is one on class indices where one class has the whole share", async () => {
  const device = await testDevice();
  const given = randomBatch(4, "mixed"), first = topClasses(given.target), shares = new Float32Array(4);
  const mixed = {
    kind: "mixed",
    first: first.map((label) => (label + 1) % 3),
    second: first,
    shares,
  } as const;
  const losses: number[] = [], states: Float32Array[] = [];
  for (const [target, replay] of [[given.target, true], [mixed, true], [mixed, false]] as const) {
    const { model, step, results } = tinyStep(device, () => ({ target: target.kind, replay }));
    for (let count = 0; count < 2; count++) await step.run(hostBatch(given.images, target), 1e-2);
    const [, { loss, rows, top1 }] = await results.steps();
    assertEquals([rows, top1 * 4 % 1], [4, 0]);
    losses.push(loss);
    states.push(await model.parameters.values.read());
    step.free();
  }
  assertAlmostEquals(losses[1], losses[0], 1e-6);
  states[1].forEach((value, i) => assertAlmostEquals(value, states[0][i], 1e-5));
  assertEquals([losses[2], states[2]], [losses[1], states[1]], "eager steps give what replayed ones do");
});

gpuTest("a step refuses a batch whose target is of another kind", async () => {
  const device = await testDevice();
  const { step } = tinyStep(device, () => ({ target: "mixed" }));
  await step.prepare([4]);
  const message = 'target is of kind "indices": the step or evaluator was made for "mixed"';
  await assertRejects(() => step.run(randomBatch(4, "step"), 1e-3), TypeError, message);
  step.free();
});

gpuTest("a step waits until the GPU is at most two steps behind", async () => {
  const device = await testDevice(), { queue } = device.gpu;
  const { step } = tinyStep(device);
  await step.prepare([4]);
  const { onSubmittedWorkDone } = queue;
  const done: ((value: undefined) => void)[] = [];
  queue.onSubmittedWorkDone = () => new Promise((resolve) => done.push(resolve));
  try {
    await step.run(randomBatch(4, "step"), 1e-3);
    await step.run(randomBatch(4, "step"), 1e-3);
    let isThrough = false;
    const third = step.run(randomBatch(4, "step"), 1e-3).then(() => isThrough = true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert(!isThrough, "The third step did not wait for the first");
    done[0](undefined);
    await third;
  } finally {
    queue.onSubmittedWorkDone = onSubmittedWorkDone;
  }
  step.free();
});

gpuTest("averages follow the values after each step", async () => {
  const device = await testDevice();
  let averages!: Ema;
  const { model, step } = tinyStep(device, ({ parameters }) => {
    averages = ema([parameters.values]);
    return { ema: { averages, decay: .3 } };
  });
  const { values } = model.parameters;
  let expected = Float64Array.from(await values.read());
  for (let count = 1; count <= 3; count++) {
    await step.run(randomBatch(4, "step", count), 1e-2);
    const d = emaDecay(.3, count), now = await values.read();
    expected = expected.map((average, i) => d * average + (1 - d) * now[i]);
  }
  const [actual] = averages.averages;
  (await actual.read()).forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-6));
  assertNotEquals(await actual.read(), await values.read());
  averages.free();
  step.free();
});

gpuTest("prepare() measures kernels where a run asks for it, and only there", async () => {
  const device = await openDevice(navigator.gpu);
  for (const tuneKernels of [false, true]) {
    const { step } = tinyStep(device, () => ({ tuneKernels }));
    await step.prepare([4]);
    assertEquals([...device.choices.keys()].some((key) => key.startsWith("conv2d_forward ")), tuneKernels);
    await step.run(randomBatch(4, "step"), 1e-3);
    step.free();
  }
  device.close();
});

gpuTest("a step is two programs, and the second is the same for all batch sizes", async () => {
  const device = await testDevice();
  const { step } = tinyStep(device);
  assertEquals(step.programs(4), []);
  await step.prepare([4, 3]);
  const [[gradients, update], [others, same]] = [step.programs(4), step.programs(3)];
  assert(gradients !== others, "Each batch size has its own gradients");
  assertEquals(update, same);
  assertEquals(update.dispatches, 5); // square sums, clip factor, decision, the step's scalars, update
  step.free();
});

gpuTest(
  "what is between sees the whole gradient once a step, and the update takes what it leaves",
  async () => {
    const device = await testDevice();
    for (const accumulate of [1, 2]) {
      const seen: Float32Array[] = [];
      const between = [
        async (gradient: Tensor) => {
          seen.push(await gradient.read());
          gradient.write(new Float32Array(gradient.size));
        },
        async (gradient: Tensor) => void seen.push(await gradient.read()),
      ];
      const { model: { parameters }, step } = tinyStep(device, () => ({ accumulate, between }));
      const start = await parameters.values.read(), sum = new Float64Array(start.length);
      for (let batch = 0; batch < accumulate; batch++) {
        assertEquals(seen.length, 0);
        await step.run(randomBatch(4, "between", batch), 1e-2);
        (await parameters.gradients.read()).forEach((value, i) => sum[i] += value / accumulate);
      }
      const [whole, left] = seen;
      assertEquals(seen.length, 2);
      if (accumulate > 1) whole.forEach((value, i) => assertAlmostEquals(value, sum[i], 1e-6));
      assert(whole.some((value) => value !== 0));
      assertEquals(left, new Float32Array(start.length));
      assertEquals(await parameters.values.read(), start); // a step along no gradient
      step.free();
    }
  },
);

/** The gradient of a step's batches at `values`, as the mean of their gradients; batches have one size. */
async function gradientAt(device: Device, values: Float32Array, batches: readonly HostBatch[]) {
  const { model, step } = tinyStep(device);
  model.parameters.values.write(values);
  const sum = new Float64Array(values.length);
  for (const batch of batches) {
    await step.differentiate(batch);
    (await model.parameters.gradients.read()).forEach((value, i) => sum[i] += value / batches.length);
  }
  step.free();
  return sum;
}

for (const accumulate of [1, 3]) {
  for (const adaptive of [false, true]) {
    const what = `${adaptive ? "adaptive " : ""}SAM over ${accumulate} batches`;
    gpuTest(`${what} steps by their gradient at the climbed weights, replayed and not`, async () => {
      const device = await testDevice(), lr = .1, rho = .5;
      const batches = Array.from({ length: accumulate }, (_, i) => randomBatch(4, "sam", i));
      const after: Float32Array[] = [];
      let start = new Float32Array();
      for (const replay of [true, false]) {
        const { model, step, results } = tinyStep(device, ({ parameters }) => {
          const sgd = { name: "sgd", momentum: 0, weight_decay: 0, sam: { rho, adaptive } } as const;
          return { optimizer: makeOptimizer(sgd, parameters), maxNorm: null, accumulate, replay };
        });
        start = await model.parameters.values.read() as Float32Array<ArrayBuffer>;
        for (const batch of batches) await step.run(batch, lr);
        after.push(await model.parameters.values.read());
        assertEquals((await results.steps()).length, accumulate);
        step.free();
      }
      const first = await gradientAt(device, start, batches);
      const norm = Math.hypot(...first.map((g, i) => adaptive ? g * start[i] : g));
      const climbed = start.map((w, i) => w + rho / norm * first[i] * (adaptive ? w * w : 1));
      const second = await gradientAt(device, climbed, batches);
      after[0].forEach((value, i) => assertAlmostEquals(value, start[i] - lr * second[i], 2e-6));
      assert(second.some((g, i) => Math.abs(g - first[i]) > 1e-4), "both gradients are the same");
      assertEquals(after[1], after[0]);
    });
  }
}

for (const precision of ["32-true", "16-mixed"] as const) {
  gpuTest(
    `loss, counts and batch norm's statistics are those of SAM's first pass, in ${precision}`,
    async () => {
      const device = await testDevice(), batch = randomBatch(6, "passes");
      const after = async (sam: { rho: number } | null) => {
        const model = slimModel(device, 1, precision), { parameters } = model;
        const results = stepResults(device, classes.length, 2), loss = crossEntropyLoss(device, 0);
        const optimizer = makeOptimizer({ ...adamw, sam }, parameters);
        const step = trainStep(device, {
          model,
          results,
          loss,
          optimizer,
          imageSize,
          maxNorm: 1,
          replay: true,
        });
        await step.run(batch, 1e-3);
        const state = {
          values: await parameters.values.read(),
          halves: await parameters.halves?.read(),
          statistics: await parameters.statistics.read(),
          steps: await results.steps(),
          batches: parameters.batches,
        };
        for (const part of [step, results, optimizer, parameters]) part.free();
        return state;
      };
      const { values: plain, halves: _, ...measured } = await after(null);
      const { values, halves, ...measuredBySam } = await after({ rho: .05 });
      assertEquals(measuredBySam, measured);
      assertNotEquals(values, plain);
      if (halves) {
        assertEquals(halves, Float32Array.from(Float16Array.from(values.subarray(0, halves.length))));
      }
    },
  );
}
