import { assert, assertEquals, assertRejects } from "@std/assert";
import { DivergedError, GpuError, InterruptedError } from "../../src/base/errors.ts";
import type { Callback } from "../../src/train/callback.ts";
import type { RunState } from "../../src/train/run_state.ts";
import type { Position } from "../../src/optim/schedules/mod.ts";
import { fit } from "../../src/train/trainer.ts";
import { gpuTest } from "../rings.ts";
import { epochBatches, fitOptions, imageSize, slimModel, testDevice } from "./small_run.ts";

/** A callback that notes which hooks are called. */
function recorder(): Callback & { calls: string[] } {
  const calls: string[] = [];
  return {
    name: "recorder",
    calls,
    fitStart: () => void calls.push("fitStart"),
    stepLogged: (_, { step }) => void calls.push(`stepLogged ${step}`),
    epochEnd: ({ epoch }) => void calls.push(`epochEnd ${epoch}`),
    save: ({ epoch, step }, reason) => void calls.push(`save ${reason} ${epoch} ${step}`),
    fitEnd: () => void calls.push("fitEnd"),
  };
}

gpuTest(
  "fit() learns, calls the hooks in order, and keeps the same buffers alive from the first epoch on",
  async () => {
    const device = await testDevice();
    const callback = recorder();
    const live: number[] = [];
    const counter: Callback = { name: "counter", epochEnd: ({ memory }) => void live.push(memory.live) };
    const state = await fit(
      device,
      fitOptions(device, slimModel(device), { callbacks: [callback, counter] }),
    );
    assertEquals(callback.calls, [
      "fitStart",
      "stepLogged 2",
      "epochEnd 0",
      "save epoch 1 3",
      "stepLogged 4",
      "stepLogged 6",
      "epochEnd 1",
      "save epoch 2 6",
      "stepLogged 8",
      "epochEnd 2",
      "save epoch 3 9",
      "fitEnd",
    ]);
    assertEquals(new Set(live).size, 1, `Live buffers changed: ${live}`);
    const losses = state.history.map(({ train }) => train.loss);
    assert(losses[2] < losses[0], `The loss did not fall: ${losses}`);
    assertEquals(state.history.map(({ train, valid }) => [train.rows, valid?.rows]), [[15, 7], [15, 7], [
      15,
      7,
    ]]);
  },
);

gpuTest("fit() shares the last validation's outputs, and nothing of the sanity check", async () => {
  const device = await testDevice();
  const seen: (string | undefined)[] = [];
  const look = ({ outputs }: RunState) =>
    void seen.push(outputs && `${outputs.split} ${outputs.indices} ${outputs.logits.length}`);
  const callbacks = [{ name: "look", fitStart: look, epochEnd: look }];
  const model = slimModel(device);
  await fit(device, fitOptions(device, model, { callbacks, maxEpochs: 2, sanitySteps: 2 }));
  assertEquals(seen, [undefined, "valid 0,1,2,3,4,5,6 21", "valid 0,1,2,3,4,5,6 21"]);
  await fit(device, fitOptions(device, model, { callbacks, maxEpochs: 1, valid: undefined }));
  assertEquals(seen.slice(3), [undefined, undefined]);
});

gpuTest("fit() gives the same weights twice, and the same by replay as by walking the tape", async () => {
  const device = await testDevice();
  const weights = async (replay: boolean) => {
    const model = slimModel(device);
    await fit(device, fitOptions(device, model, { maxEpochs: 1, replay }));
    const values = await model.parameters.values.read();
    return new Uint32Array(values.buffer);
  };
  const first = await weights(true);
  assertEquals(await weights(true), first);
  assertEquals(await weights(false), first);
});

gpuTest("fit() names the step and the layer whose gradient is not finite", async () => {
  const device = await testDevice();
  const poisoned = (from: number) =>
    async function* () {
      let i = 0;
      for await (const batch of epochBatches([6, 6, 3], "nan")) {
        if (i === 1) batch.images.fill(NaN);
        if (i++ >= from) yield batch;
      }
    };
  const train = (_: number, from: number) => ({
    length: 3,
    waitedMs: 0,
    [Symbol.asyncIterator]: poisoned(from),
  });
  await assertRejects(
    () => fit(device, fitOptions(device, slimModel(device), { train })),
    DivergedError,
    "Cannot continue training: the gradient of fc.bias, the first in the backward pass, is not finite at step 2 " +
      "(epoch 0), where the loss is NaN: no checkpoint has been written yet; lower optimizer.lr",
  );
});

gpuTest("fit() stops between steps when it is interrupted, after the callbacks have saved", async () => {
  const device = await testDevice();
  const callback = recorder();
  const controller = new AbortController();
  const stop: Callback = { name: "stop", stepLogged: () => controller.abort() };
  const options = fitOptions(device, slimModel(device), {
    callbacks: [stop, callback],
    signal: controller.signal,
  });
  await assertRejects(() => fit(device, options), InterruptedError, "The run was interrupted after step 2");
  assertEquals(callback.calls, ["fitStart", "stepLogged 2", "save interrupted 0 2"]);
});

gpuTest(
  "fit() logs the last step of epochs that are shorter than the interval, but not of others",
  async () => {
    const device = await testDevice();
    const loggedBy = async (logEvery: number) => {
      const callback = recorder();
      await fit(
        device,
        fitOptions(device, slimModel(device), { logEvery, maxEpochs: 2, callbacks: [callback] }),
      );
      return callback.calls.filter((call) => call.startsWith("stepLogged"));
    };
    assertEquals(await loggedBy(10), ["stepLogged 3", "stepLogged 6"]);
    assertEquals(await loggedBy(2), ["stepLogged 2", "stepLogged 4", "stepLogged 6"]);
  },
);

gpuTest("fit() asks for the learning rate at fractions of an epoch where it changes every step", async () => {
  const device = await testDevice();
  const asked: number[] = [];
  const schedule = ({ epoch }: Position) => {
    asked.push(epoch);
    return 1e-3;
  };
  await fit(device, fitOptions(device, slimModel(device), { schedule, perStep: true, maxEpochs: 2 }));
  assertEquals(asked, [0, 1 / 3, 2 / 3, 1, 1 + 1 / 3, 1 + 2 / 3]);
});

gpuTest("fit() in 16-mixed learns, skips a step that overflows, and ends where every step does", async () => {
  const device = await testDevice();
  const overflowing = (bad: (step: number) => boolean) => {
    let step = 0;
    return async function* () {
      for await (const batch of epochBatches([6, 6, 3], "overflow")) {
        if (bad(step++)) batch.images.fill(1e30);
        yield batch;
      }
    };
  };
  const run = (bad: (step: number) => boolean, maxEpochs: number) => {
    const model = slimModel(device, 1, "16-mixed"), batches = overflowing(bad);
    const train = () => ({ length: 3, waitedMs: 0, [Symbol.asyncIterator]: batches });
    return fit(device, fitOptions(device, model, { train, maxEpochs }));
  };
  const { history, model } = await run((step) => step === 1, 3);
  assert(
    history.every(({ train }) => Number.isFinite(train.loss)),
    "A skipped step shows in the epoch's loss",
  );
  assertEquals(history.map(({ train }) => train.rows), [9, 15, 15]);
  const { values, halves, decayed } = model.parameters;
  const copies = Float32Array.from(Float16Array.from((await values.read()).subarray(0, decayed)));
  assertEquals(await halves!.read(), copies);
  await assertRejects(() => run(() => true, 9), DivergedError, "down to a loss scale of ");
});

gpuTest("fit() names the batch that fits where the adapter cannot bind a step's tensors", async () => {
  const device = await testDevice();
  const { maxStorageBufferBindingSize: limit } = device.gpu.limits;
  const perImage = (imageSize / 2) ** 2 * 64 * 4, fits = Math.floor(limit / perImage);
  await assertRejects(
    () => fit(device, fitOptions(device, slimModel(device), { batchSizes: [2 * fits] })),
    GpuError,
    `the adapter binds at most ${limit / 2 ** 20}.0 MiB; data.batch_size=${fits} fits`,
  );
});
