/**
 * The training step: forward, loss, backward, clipping and AdamW, recorded once for each batch size (an epoch's last
 * batch may be smaller) and replayed. A step reads nothing back; its loss and counts go to step_results.ts,
 * its scalars come from one buffer. Gradients that are not finite are never used, which the GPU decides: in mixed
 * precision such a step is skipped and the loss scale halved, in f32 no further step is taken.
 */
import { LimitError } from "../base/errors.ts";
import { tune } from "../core/choice.ts";
import type { Device } from "../core/device.ts";
import { type Program, recordProgram } from "../core/program.ts";
import { withTape } from "../core/tape.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import type { HostTarget } from "../data/target.ts";
import type { Loss } from "../nn/losses/loss.ts";
import type { Model } from "../nn/resnet.ts";
import { backward } from "../ops/backward.ts";
import type { Accumulation } from "../optim/accumulation.ts";
import { clipByNorm } from "../optim/clip.ts";
import { type Ema, emaDecay } from "../optim/ema.ts";
import { type FiniteGuard, finiteGuard } from "../optim/finite_guard.ts";
import { type LossScale, lossScale } from "../optim/loss_scale.ts";
import type { Optimizer } from "../optim/optimizers/optimizer.ts";
import { STEP_SCALARS, stepScalars } from "../optim/step_scalars.ts";
import type { TrainBatch } from "./batch.ts";
import { type BatchSlot, batchSlot } from "./batch_slot.ts";
import type { StepResults } from "./step_results.ts";

/** Averages that follow the model's values after each step. */
export interface Averaging {
  readonly averages: Ema;
  /** The decay at most. */
  readonly decay: number;
  /** Steps before the first update; 0 by default. */
  readonly warmupSteps?: number;
}

/** What a step is made of. */
export interface StepParts {
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly results: StepResults;
  readonly imageSize: number;
  /** The kind of the batches' targets; "indices" by default. */
  readonly target?: HostTarget["kind"] | undefined;
  readonly ema?: Averaging | undefined;
  /** Several batches to one step of the optimiser. */
  readonly accumulation?: Accumulation | undefined;
  /** The largest gradient norm, or null for no clipping. */
  readonly maxNorm: number | null;
  /** Measure kernels before the first step is recorded; by default they are chosen by rule. */
  readonly tuneKernels?: boolean;
  /** Replay a recorded step; false walks the tape each time, for debugging. */
  readonly replay: boolean;
}

/** The training step of a model. */
export interface TrainStep {
  /** Steps of the optimiser so far; set when a run is resumed. */
  step: number;
  /** True between steps, false between the batches of an accumulated one. */
  readonly isWhole: boolean;
  /** The gradient's norm and clip factor of the last step, [2]. */
  readonly clip: Tensor;
  /** Whether steps are taken: the dynamic loss scale in mixed precision, else a guard against what is not finite. */
  readonly decision: LossScale | FiniteGuard;
  /** Records the programs of these batch sizes, so that no memory is taken later. */
  prepare(counts: readonly number[]): Promise<void>;
  /** The recorded step of a batch size, once it is prepared; undefined without replay. */
  program(count: number): Program | undefined;
  /**
   * Trains on one batch at the learning rate `lr`, and leaves its loss and counts in `results`. Where batches are
   * accumulated the optimiser takes its step after the last of a group; `isLast` ends the group early.
   */
  run(batch: TrainBatch, lr: number, isLast?: boolean): Promise<void>;
  /** Forward and backward of one batch, without a step: the gradients are in their slots afterwards. */
  differentiate(batch: TrainBatch): void;
  free(): void;
}

/** Steps that the GPU may be behind: more would save nothing and pile up uploaded images. */
const AHEAD = 2;

/** A batch on the GPU, and the program that trains on it. */
interface Prepared {
  readonly slot: BatchSlot;
  readonly program: Program | undefined;
}

/** Makes the training step of a model. */
export function trainStep(device: Device, parts: StepParts): TrainStep {
  const { model, loss, optimizer, results, imageSize, maxNorm, replay, ema, accumulation } = parts;
  const { parameters } = model;
  const scalars = persistent(device, [STEP_SCALARS], "f32", "step scalars");
  const clip = persistent(device, [2], "f32", "gradient norm and clip factor");
  const one = persistent(device, [1], "f32", "gradient of the loss");
  one.write([1]);
  const decision = parameters.halves ? lossScale(device) : finiteGuard(device);
  const scale = decision.skips ? decision.scale : undefined;
  const sizes = new Map<number, Prepared>();
  const underWay: Promise<unknown>[] = [];
  let step = 0, batchOfStep = 0;
  let update: Program | undefined;

  /** Forward and backward; the gradients are in their slots afterwards. */
  const encodeGradients = (slot: BatchSlot) =>
    withTape(device, () => {
      const logits = model.forward(slot.images, { training: true }), target = slot.target();
      const value = loss(logits, target);
      results.tally(logits, target, value, scalars);
      backward(value, scale ?? one);
    });

  /** What the optimiser does with the gradients. */
  const encodeUpdate = () => {
    const gradients = accumulation?.total ?? parameters.gradients;
    clipByNorm(gradients, clip, maxNorm, scale);
    decision.decide(scalars, clip);
    optimizer.step({ gradients, scalars, clip, decision });
    ema?.averages.update(scalars);
  };

  /** All of a batch: its own step, or its part in an accumulated one. */
  const encode = (slot: BatchSlot) => {
    encodeGradients(slot);
    if (accumulation) accumulation.add(scalars);
    else encodeUpdate();
  };

  const record = (body: () => void) =>
    recordProgram(device, () => {
      body();
      return [];
    });

  const slotFor = (rows: number) =>
    batchSlot(device, { rows, imageSize, classes: model.classes, target: parts.target });

  const prepare = async (count: number): Promise<Prepared> => {
    const slot = slotFor(count);
    const program = replay ? await record(() => encode(slot)) : undefined;
    if (accumulation && replay) update ??= await record(encodeUpdate);
    const prepared = { slot, program };
    sizes.set(count, prepared);
    return prepared;
  };

  /** Chooses kernels for batches of this size. */
  const tuneFor = async (count: number) => {
    const slot = slotFor(count);
    try {
      await tune(device, () => encode(slot));
    } finally {
      slot.free();
    }
  };

  /** What changes from step to step. */
  const writeScalars = (lr: number) => {
    const decay = ema ? emaDecay(ema.decay, step, ema.warmupSteps) : 0;
    const places = { emaDecay: decay, slot: results.advance(), step, batchOfStep };
    scalars.write(stepScalars(optimizer.scalars(step, lr), places));
  };

  return {
    clip,
    decision,
    get step() {
      return step;
    },
    set step(value) {
      step = value;
    },
    get isWhole() {
      return batchOfStep === 0;
    },
    async prepare(counts) {
      const most = Math.max(...counts);
      await sayWhatFits(most, () => parts.tuneKernels ? tuneFor(most) : Promise.resolve());
      for (const count of counts) {
        if (!sizes.has(count)) await sayWhatFits(count, () => prepare(count));
      }
    },
    program: (count) => sizes.get(count)?.program,
    async run(batch, lr, isLast = false) {
      const { slot, program } = sizes.get(batch.count) ?? await prepare(batch.count);
      if (underWay.length === AHEAD) await underWay.shift(); // GPU sync point
      if (batchOfStep === 0) step++;
      parameters.batches++;
      slot.write(batch);
      writeScalars(lr);
      const isStep = accumulation && (isLast || batchOfStep === accumulation.batches - 1);
      if (program) {
        program.run();
        if (isStep) update!.run();
      } else {
        device.scope(() => {
          encode(slot);
          if (isStep) encodeUpdate();
        });
      }
      batchOfStep = accumulation && !isStep ? batchOfStep + 1 : 0;
      device.flush();
      underWay.push(device.gpu.queue.onSubmittedWorkDone());
    },
    differentiate(batch) {
      const { slot } = sizes.get(batch.count)!;
      slot.write(batch);
      device.scope(() => encodeGradients(slot));
      device.flush();
    },
    free() {
      for (const tensor of [scalars, clip, one, decision, update]) tensor?.free();
      for (const { slot, program } of sizes.values()) {
        program?.free();
        slot.free();
      }
    },
  };
}

/** Runs `body`, and names the batch that fits if the adapter is too small for one of `count`. */
async function sayWhatFits<T>(count: number, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw error instanceof LimitError ? error.forBatch(count) : error;
  }
}
