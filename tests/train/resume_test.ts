import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataError, InterruptedError } from "../../src/base/errors.ts";
import type { Device } from "../../src/core/device.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Precision } from "../../src/nn/parameters.ts";
import { type ChosenOptimizer, makeOptimizer } from "../../src/optim/optimizers/mod.ts";
import { makeSchedule } from "../../src/optim/schedules/mod.ts";
import type { Callback } from "../../src/train/callback.ts";
import { earlyStopping } from "../../src/train/callbacks/early_stopping.ts";
import { emaCallback } from "../../src/train/callbacks/ema.ts";
import type { RunState } from "../../src/train/run_state.ts";
import type { Snapshot } from "../../src/train/run.ts";
import { EVALUATED } from "../../src/train/checkpoint_weights.ts";
import { decodeSnapshot } from "../../src/train/snapshot.ts";
import type { EpochBatches } from "../../src/train/run.ts";
import { fit } from "../../src/train/trainer.ts";
import { gpuTest } from "../rings.ts";
import {
  adamw,
  epochBatches,
  fitOptions,
  hiddenOf,
  type HostBatches,
  slimModel,
  testDevice,
} from "./small_run.ts";

/** What runs differ in. */
interface Plan {
  readonly precision: Precision;
  readonly batchesPerStep: number;
  readonly validateEvery: number | undefined;
  /** By default AdamW. */
  readonly optimizer?: ChosenOptimizer;
  /** The rate falls when the validation's loss does. */
  readonly plateau?: boolean;
}

const muon = { name: "muon", sam: { rho: .05 } } as const;
/** Hardly any change counts as improvement, so that the rate falls. */
const plateau = { name: "reduce_on_plateau", patience: 0, threshold: .5, factor: .5 } as const;

/** The batches of an epoch from the `from`-th on. */
function rest(batches: HostBatches, from: number): EpochBatches {
  const walk = async function* () {
    let i = 0;
    for await (const batch of batches) if (i++ >= from) yield batch;
  };
  return { length: batches.length, waitedMs: 0, [Symbol.asyncIterator]: walk };
}

/** All that a run comes to: digests of its tensors and the history, without what the clock says. */
interface Outcome {
  readonly weights: string;
  readonly statistics: string;
  readonly averages: string;
  readonly moments: string;
  readonly history: unknown;
  readonly validations: readonly number[];
}

/** Trains to the end, or until the `stopAt`-th look at the signal's place; snapshots are kept as they are saved. */
function run(device: Device, plan: Plan, { stopAt, resume }: { stopAt?: number; resume?: Snapshot }) {
  const model = slimModel(device, 1, plan.precision);
  const optimizer = makeOptimizer(plan.optimizer ?? adamw, hiddenOf(model));
  const controller = new AbortController();
  const saved: Uint8Array[] = [], validations: number[] = [];
  let averages = "";
  const watcher: Callback = {
    name: "watcher",
    stepEnd: ({ step }) => void (step === stopAt && controller.abort()),
    validated: (_, { tally }) => void validations.push(tally.loss),
    save: async (state) => void saved.push(await state.snapshot()),
    fitEnd: async (state) => void (averages = await digest(state.averages!.averages[0])),
    state: () => ({ validations }),
    load(state, { evaluated }) {
      validations.push(...(state as { validations: number[] }).validations);
      assertEquals(evaluated, resume!.metadata.get(EVALUATED));
      if (validations.length > 1) assertEquals(evaluated, "averages");
    },
  };
  const stopping = earlyStopping({ monitor: "val/loss", patience: 50, min_delta: 0 });
  const options = fitOptions(device, model, {
    optimizer,
    accumulate: plan.batchesPerStep,
    ema: { decay: .9, warmupSteps: 1 },
    train: (epoch, from) => rest(epochBatches([6, 6, 6, 3], "train", epoch), from),
    schedule: plan.plateau
      ? makeSchedule(plateau, { lr: .05, total: 3 })
      : ({ epoch }) => 1e-3 * (1 - epoch / 4),
    perStep: true,
    validateEvery: plan.validateEvery,
    callbacks: [emaCallback(1), stopping, watcher],
    signal: controller.signal,
    resume,
  });
  const fitted: Promise<RunState> = fit(device, options);
  const outcome = async (): Promise<Outcome> => {
    const { history } = await fitted;
    const { values, statistics } = model.parameters;
    return {
      weights: await digest(values),
      statistics: await digest(statistics),
      moments: await digest(optimizer.states.values().toArray().at(-1)!),
      averages,
      history: history.map(({ epoch, step, lr, train, valid }) => ({ epoch, step, lr, train, valid })),
      validations,
    };
  };
  return { saved, fitted, outcome };
}

async function digest(tensor: Tensor): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", await tensor.readBytes()); // GPU sync point
  return new Uint8Array(hash).join(" ");
}

const plans: Plan[] = [
  { precision: "32-true", batchesPerStep: 1, validateEvery: undefined },
  { precision: "16-mixed", batchesPerStep: 1, validateEvery: 2 },
  { precision: "32-true", batchesPerStep: 3, validateEvery: 2 },
  { precision: "16-mixed", batchesPerStep: 3, validateEvery: undefined, optimizer: muon, plateau: true },
];
for (const plan of plans) {
  gpuTest(`a resumed run equals the uninterrupted one bit for bit: ${JSON.stringify(plan)}`, async () => {
    const device = await testDevice();
    const whole = await run(device, plan, {}).outcome();
    const rates = (whole.history as { lr: number }[]).map(({ lr }) => lr);
    if (plan.plateau) assert(new Set(rates).size > 1, `the rate never falls: ${rates}`);
    const steps = plan.batchesPerStep > 1 ? [1, 4] : [2, 7];
    for (const stopAt of steps) {
      const first = run(device, plan, { stopAt });
      await assertRejects(() => first.fitted, InterruptedError, `after step ${stopAt}`);
      const resume = await decodeSnapshot(first.saved.at(-1)!, "last.safetensors");
      const again = await run(device, plan, { resume }).outcome();
      assertEquals(again, whole, `stopped after step ${stopAt}`);
    }
  });
}

gpuTest(
  "a run that resumes with averages and in mixed precision, without either before, begins both anew",
  async () => {
    const device = await testDevice();
    const saved: Uint8Array[] = [];
    const saving: Callback = {
      name: "saving",
      save: async (state) => void saved.push(await state.snapshot()),
    };
    await fit(device, fitOptions(device, slimModel(device), { maxEpochs: 1, callbacks: [saving] }));
    const resume = await decodeSnapshot(saved[0], "last.safetensors");
    const model = slimModel(device, 2, "16-mixed");
    const seen: string[] = [];
    const watcher: Callback = {
      name: "watcher",
      async stepEnd({ averages, step }) {
        if (step > 4) return;
        seen.push(await digest(averages!.averages[0]), await digest(model.parameters.values));
      },
    };
    const begins = { decay: .9, warmupSteps: 4 }; // the averages are not updated in step 4
    const options = { resume, maxEpochs: 2, ema: begins, callbacks: [emaCallback(4), watcher] };
    const { step, history } = await fit(device, fitOptions(device, model, options));
    assertEquals([step, history.length, seen.length], [6, 2, 2]);
    const again = slimModel(device, 3);
    await fit(device, fitOptions(device, again, { resume, maxEpochs: 1 }));
    assertEquals(
      seen[0],
      await digest(again.parameters.values),
      "the averages are the weights that were resumed",
    );
    assert(seen[1] !== seen[0], "the weights have gone on");
  },
);

gpuTest("a checkpoint that was cut or has a flipped bit is refused with its path", async () => {
  const device = await testDevice();
  const { saved, fitted } = run(device, plans[0], { stopAt: 1 });
  await assertRejects(() => fitted, InterruptedError);
  const [bytes] = saved;
  const refuse = (damage: (bytes: Uint8Array) => Uint8Array, text: string) =>
    assertRejects(() => decodeSnapshot(damage(bytes.slice()), "x.safetensors"), DataError, text);
  const flip = (at: number) => (bytes: Uint8Array) => {
    bytes[at] ^= 4;
    return bytes;
  };
  await refuse(
    (bytes) => bytes.subarray(0, -1),
    "Cannot resume from x.safetensors: Cannot read safetensors:",
  );
  await refuse(flip(bytes.length - 1000), "the checksum does not match, so the file is damaged");
  await refuse(flip(5000), "Cannot resume from x.safetensors");
  await refuse((bytes) => bytes.subarray(0, 5), "at least 8 bytes");
});
