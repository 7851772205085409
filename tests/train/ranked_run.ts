/** Runs on several ranks within this process, small enough for tests. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Ranks } from "../../src/base/ranks.ts";
import { type HostTarget, topClasses } from "../../src/data/target.ts";
import { rowsOf, type Share, WHOLE } from "../../src/data/share.ts";
import type { Device } from "../../src/core/device.ts";
import { INPUT } from "../../src/nn/layers/layer.ts";
import { chain, type Layer } from "../../src/nn/layers/mod.ts";
import { makeLoss } from "../../src/nn/losses/mod.ts";
import { buildModel, type Model } from "../../src/nn/model.ts";
import type { Precision } from "../../src/nn/parameters.ts";
import { makeOptimizer } from "../../src/optim/optimizers/mod.ts";
import { type HostBatch, hostBatch } from "../../src/train/batch.ts";
import type { Callback } from "../../src/train/callback.ts";
import { emaCallback } from "../../src/train/callbacks/ema.ts";
import { evaluator } from "../../src/train/evaluate.ts";
import type { EpochBatches, FitOptions, Snapshot } from "../../src/train/run.ts";
import type { RunState } from "../../src/train/run_state.ts";
import { fit } from "../../src/train/trainer.ts";
import { ranksInOneProcess } from "../ranks.ts";
import { adamw, classes, fitOptions, imageSize, randomBatch } from "./small_run.ts";

/** A block with two batch norms, one of which ends it, and dropout before the head. */
function network(): Layer[] {
  const conv = (name: string, from: number): Layer[] => [
    { kind: "conv", name: `${name}.conv`, from, to: 8, kernel: 3, stride: 2, padding: 1, inputs: [] },
    { kind: "batch_norm", name: `${name}.bn`, channels: 8, inputs: [`${name}.conv`] },
  ];
  return [
    ...chain(INPUT, [conv("a", 3)[0], conv("a", 3)[1], { kind: "relu", name: "a.relu" }]),
    ...chain("a.relu", [conv("b", 8)[0], conv("b", 8)[1]]),
    ...chain("a.relu", [conv("c", 8)[0], conv("c", 8)[1]]),
    { kind: "add", name: "sum", inputs: ["b.bn", "c.bn"] },
    ...chain("sum", [
      { kind: "relu", name: "relu" },
      { kind: "global_avg_pool", name: "mean" },
      { kind: "dropout", name: "dropout", p: .25 },
      { kind: "linear", name: "fc", from: 8, to: classes.length },
    ]),
  ];
}

/** A rank's rows of a batch. */
function partOf({ images, target }: HostBatch, { rank, size }: Share): HostBatch {
  const labels = topClasses(target), row = images.length / labels.length;
  const rows = Array.from({ length: rowsOf({ rank, size }, labels.length) }, (_, i) => rank + i * size);
  const part = new Float32Array(rows.length * row);
  rows.forEach((from, to) => part.set(images.subarray(from * row, (from + 1) * row), to * row));
  const own: HostTarget = { kind: "indices", labels: Uint32Array.from(rows, (from) => labels[from]) };
  return hostBatch(part, own, Uint32Array.from(rows));
}

/** A rank's part of batches of these sizes. */
function shared(
  { share, sizes, from = 0, poison }: {
    readonly share: Share;
    readonly sizes: readonly number[];
    readonly from?: number;
    readonly poison?: Plan["poison"];
  },
  ...path: (string | number)[]
): EpochBatches {
  let before = 0;
  const starts = sizes.map((size) => (before += size) - size);
  return {
    length: sizes.length,
    waitedMs: 0,
    async *[Symbol.asyncIterator]() {
      for (let i = from; i < sizes.length; i++) {
        const { indices, ...batch } = partOf(randomBatch(sizes[i], ...path, i), share);
        if (poison?.rank === share.rank && poison.at === i) batch.images.fill(poison.value);
        yield await Promise.resolve({ ...batch, indices: indices!.map((row) => starts[i] + row) });
      }
    },
  };
}

export const TRAIN = [12, 12, 12, 7, 1], VALID = [6, 6, 5]; // a last batch of one image leaves the other ranks without

/** How the ranks of a test train. */
export interface Plan {
  readonly size: number;
  readonly sync?: boolean;
  readonly precision?: Precision;
  readonly changes?: (model: Model, rank: number) => Partial<FitOptions>;
  readonly resume?: Snapshot | undefined;
  /** Gets rank 0's checkpoints. */
  readonly saved?: Uint8Array[];
  /** A value that all images of a rank's batch get. */
  readonly poison?: { readonly rank: number; readonly at: number; readonly value: number } | undefined;
  /** Epochs of 5 steps; 1 by default. */
  readonly epochs?: number;
}

/** What a run comes to, on each of its ranks. */
export interface Outcome {
  readonly losses: readonly number[];
  readonly state: RunState;
  readonly values: Float32Array;
  readonly statistics: Float32Array;
}

/** Trains on so many ranks in this process. */
export async function train(device: Device, plan: Plan): Promise<Outcome[]> {
  const all: readonly (Ranks | undefined)[] = plan.size === 1 ? [undefined] : ranksInOneProcess(plan.size);
  return await Promise.all(all.map((ranks) => trainAs(device, ranks, plan)));
}

/** Trains as one of the ranks, or alone. */
export async function trainAs(
  device: Device,
  ranks: Ranks | undefined,
  { sync = true, precision = "32-true", changes, resume, saved, poison, epochs = 1 }: Omit<Plan, "size">,
): Promise<Outcome> {
  const stages = [network()], share = ranks ?? WHOLE, { rank } = share;
  const model = buildModel(device, { name: "tiny", classes: classes.length, stages }, { seed: 1, precision });
  const loss = makeLoss({ name: "cross_entropy", label_smoothing: .1, class_weights: "balanced" }, {
    device,
    classes: classes.length,
    classWeights: () => [.3, 1, 1.7],
  });
  const losses: number[] = [];
  const watcher: Callback = {
    name: "watcher",
    everyRank: true,
    stepLogged: (_, { tally }) => void losses.push(tally.loss),
    async save(state) {
      if (rank === 0) saved?.push(await state.snapshot());
    },
  };
  const own = changes?.(model, rank);
  const state = await fit(
    device,
    fitOptions(device, model, {
      loss,
      optimizer: makeOptimizer({ ...adamw, lr: 1e-2 }, model.parameters),
      schedule: () => 1e-2,
      train: (epoch, from) => shared({ share, sizes: TRAIN, from, poison }, "train", epoch),
      valid: () => shared({ share, sizes: VALID }, "valid"),
      evaluator: evaluator(device, { model, loss, imageSize, batchSize: 6, batches: 3, ranks }),
      batchSizes: [...new Set(TRAIN.map((rows) => rowsOf(share, rows)).filter((rows) => rows > 0))],
      maxEpochs: epochs,
      logEvery: 1,
      ranks,
      syncBatchNorm: sync,
      resume,
      ...own,
      callbacks: [emaCallback(1), watcher, ...own?.callbacks ?? []],
      ema: { decay: .9, warmupSteps: 1 },
    }),
  );
  const { values, statistics } = model.parameters;
  return { losses, state, values: await values.read(), statistics: await statistics.read() };
}

/** The history without what the clock says. */
export function recordsOf({ state }: Outcome) {
  return state.history.map(({ epoch, step, lr, train, valid }) => ({ epoch, step, lr, train, valid }));
}

/** Requires the losses, validations and outputs of one rank on each of several. */
export function requireSameTraining(ranks: readonly Outcome[], one: Outcome): void {
  for (const { losses, state, values } of ranks) {
    assertEquals(losses.length, one.losses.length);
    losses.forEach((loss, i) =>
      assertAlmostEquals(loss, one.losses[i], 1e-4, `step ${i} of ${ranks.length} ranks`)
    );
    state.history.forEach(({ train, valid }, i) => {
      const expected = one.state.history[i];
      for (const [actual, other] of [[train, expected.train], [valid!, expected.valid!]]) {
        assertEquals(actual.rows, other.rows);
        assertAlmostEquals(actual.loss, other.loss, 1e-4);
        assertAlmostEquals(actual.top1, other.top1, .5 / other.rows);
      }
    });
    const { labels, indices, logits } = state.outputs!, expected = one.state.outputs!;
    assertEquals([labels, indices], [expected.labels, expected.indices]);
    logits.forEach((value, i) => assertAlmostEquals(value, expected.logits[i], 1e-3));
    assertSame(values, ranks[0].values);
  }
}

/** Requires the same bits. */
export function assertSame(actual: Float32Array, expected: Float32Array): void {
  assert(
    actual.length === expected.length && actual.every((value, i) => Object.is(value, expected[i])),
    "other bits",
  );
}

/** Options of a run that asks rank 1 alone to stop after some steps. */
export function stopping(after: number): { changes: () => Partial<FitOptions> } {
  let rank = 0;
  const changes = () => {
    if (rank++ === 0) return {};
    const controller = new AbortController();
    const stop: Callback = {
      name: "stop",
      everyRank: true,
      stepEnd: ({ step }) => void (step === after && controller.abort()),
    };
    return { signal: controller.signal, callbacks: [stop] };
  };
  return { changes };
}
