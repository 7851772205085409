/**
 * The training step, without read-backs: its loss and counts go to step_results.ts, its scalars come from one buffer.
 * It is always two programs, gradients (step_work.ts) and update, and whatever should happen to the whole gradient
 * happens between them:
 *
 *   each batch: gradients    ...    the step's last batch: gradients, between, update
 *
 * With SAM the step's batches go through once more before that: climb, gradients of each, come back.
 *
 * With other ranks (data_parallel.ts) each rank's gradient is that of its rows' part in the mean loss of all, and these
 * are summed wherever a whole gradient is ready: before the climb, and before what is between.
 */
import type { Device } from "../core/device.ts";
import type { Program } from "../core/program.ts";
import type { Tensor } from "../core/tensor.ts";
import { type Ema, emaDecay } from "../optim/ema.ts";
import type { FiniteGuard } from "../optim/finite_guard.ts";
import type { LossScale } from "../optim/loss_scale.ts";
import { stepScalars } from "../optim/step_scalars.ts";
import type { TrainBatch } from "./batch.ts";
import { type ProgramOptions, type SharedHalves, type SizedStep, stepPrograms } from "./step_programs.ts";
import { stepWork, type StepWorkParts } from "./step_work.ts";

/** Averages that follow the model's values after each step. */
export interface Averaging {
  readonly averages: Ema;
  /** The maximum decay. */
  readonly decay: number;
  /** Steps before the first update; 0 by default. */
  readonly warmupSteps?: number;
}

/**
 * What happens to a step's whole gradient, flat, before the update reads it: an all-reduce reads it, sums it over
 * machines and writes it. In mixed precision it includes the loss scale as a factor.
 */
export type Between = (gradient: Tensor) => void | Promise<void>;

/** Dependencies of {@link trainStep}. */
export interface StepParts extends StepWorkParts, Omit<ProgramOptions, "classes"> {
  readonly ema?: Averaging | undefined;
  /** In order; nothing by default. */
  readonly between?: readonly Between[] | undefined;
}

/** The training step of a model. */
export interface TrainStep {
  /** Optimiser steps so far; set when a run is resumed. */
  step: number;
  /** True between steps, false between the batches of an accumulated one. */
  readonly isWhole: boolean;
  /** The gradient's norm and clip factor of the last step, [2]. */
  readonly clip: Tensor;
  /**
   * Whether steps are taken: the dynamic loss scale in mixed precision, otherwise a guard against non-finite
   * gradients.
   */
  readonly decision: LossScale | FiniteGuard;
  /** Records the programs of these batch sizes, so that no memory is allocated later. */
  prepare(counts: readonly number[]): Promise<void>;
  /**
   * The recorded programs of a batch size: gradients, SAM's ascent, update. None before it is prepared, and without
   * replay.
   */
  programs(count: number): readonly Program[];
  /**
   * Trains on one batch at the learning rate `lr`, and writes its loss and counts to `results`. If batches are
   * accumulated, the optimiser takes its step after the last of a group; `isLast` ends the group early.
   */
  run(batch: TrainBatch, lr: number, isLast?: boolean): Promise<void>;
  /** Forward and backward of one batch without a step: the gradients are in their slots afterwards. */
  differentiate(batch: TrainBatch): Promise<void>;
  free(): void;
}

/** Steps that the GPU may lag behind: more would gain nothing and accumulate uploaded images. */
const AHEAD = 2;

/** Creates the training step of a model. */
export function trainStep(device: Device, parts: StepParts): TrainStep {
  const { model, optimizer, results, ema, accumulate = 1, between = [], parallel } = parts;
  const work = stepWork(device, parts);
  const programs = stepPrograms(device, work, { ...parts, classes: model.classes });
  const underWay: Promise<unknown>[] = [];
  /** The batches of the step so far, each with its share in the loss of all ranks. */
  const group: Shared[] = [];
  let step = 0;

  /** What changes from step to step. */
  const writeScalars = (lr: number, batchOfStep: number, slot: number) => {
    const decay = ema ? emaDecay(ema.decay, step, ema.warmupSteps) : 0;
    const places = { emaDecay: decay, slot, step, batchOfStep };
    work.scalars.write(stepScalars(optimizer.scalars(step, lr), places));
  };

  /** Encodes the gradients of a batch whose images are uploaded. */
  const differentiate = async ({ gradients, slot }: SizedStep, { batch, share }: Shared) => {
    if (parallel === undefined) return gradients.encode();
    if (batch.count === 0) slot.clear();
    work.share!.write([share]);
    parallel.begin(batch);
    await gradients.encodeInParts(); // GPU sync point
  };

  /** SAM's second pass over the step's batches; of a single one, the images are still there. */
  const passAgain = async ({ climb, comeBack }: NonNullable<SharedHalves["ascent"]>, lr: number) => {
    climb.encode();
    for (const [i, one] of group.entries()) {
      const sized = await programs.of(one.batch.count);
      if (group.length > 1 && one.batch.count > 0) sized.slot.write(one.batch);
      writeScalars(lr, i, results.spare);
      await differentiate(sized, one);
    }
    comeBack.encode();
  };

  return {
    clip: work.clip,
    decision: work.decision,
    get step() {
      return step;
    },
    set step(value) {
      step = value;
    },
    get isWhole() {
      return group.length === 0;
    },
    prepare: programs.prepare,
    programs: (count) => recordedIn(programs.prepared(count)),
    async run(batch, lr, isLast = false) {
      const sized = await programs.of(batch.count), { ascent, update } = sized;
      if (underWay.length === AHEAD) await underWay.shift(); // GPU sync point
      const one = { batch, share: parallel ? await parallel.share(batch) : 1 };
      if (group.length === 0) step++;
      model.parameters.batches++;
      if (batch.count > 0) sized.slot.write(batch);
      writeScalars(lr, group.length, results.advance());
      await differentiate(sized, one);
      group.push(one);
      if (isLast || group.length === accumulate) {
        await parallel?.reduce(work.gradient, group.map(({ share }) => share)); // GPU sync point
        if (ascent) {
          await passAgain(ascent, lr);
          await parallel?.reduce(work.gradient); // GPU sync point
        }
        group.length = 0;
        for (const act of between) await act(work.gradient);
        update.encode();
      }
      device.flush();
      underWay.push(device.gpu.queue.onSubmittedWorkDone());
    },
    async differentiate(batch) {
      const sized = await programs.of(batch.count), { slot } = sized;
      if (batch.count > 0) slot.write(batch);
      if (parallel === undefined) device.scope(() => work.pass(slot));
      else {
        writeScalars(0, 0, results.spare);
        await differentiate(sized, { batch, share: await parallel.share(batch) });
        await parallel.reduce(model.parameters.gradients); // GPU sync point
      }
      device.flush();
    },
    free() {
      programs.free();
      work.free();
    },
  };
}

/** A batch, and what it counts in the mean loss of all ranks. */
interface Shared {
  readonly batch: TrainBatch;
  readonly share: number;
}

function recordedIn({ gradients, ascent, update }: Partial<SizedStep> = {}): Program[] {
  return [gradients, ascent?.climb, ascent?.comeBack, update].flatMap((half) => half?.program ?? []);
}
