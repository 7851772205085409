/**
 * The training step, without read-backs: its loss and counts go to step_results.ts, its scalars come from one buffer.
 * It is always two programs, gradients (step_work.ts) and update, and whatever should happen to the whole gradient
 * happens between them:
 *
 *   each batch: gradients    ...    the step's last batch: gradients, between, update
 *
 * With SAM the step's batches go through once more before that: climb, gradients of each, come back.
 */
import type { Device } from "../core/device.ts";
import type { Program } from "../core/program.ts";
import type { Tensor } from "../core/tensor.ts";
import { type Ema, emaDecay } from "../optim/ema.ts";
import type { FiniteGuard } from "../optim/finite_guard.ts";
import type { LossScale } from "../optim/loss_scale.ts";
import { stepScalars } from "../optim/step_scalars.ts";
import type { TrainBatch } from "./batch.ts";
import {
  type ProgramOptions,
  type SharedHalves,
  type SizedStep,
  type StepPrograms,
  stepPrograms,
} from "./step_programs.ts";
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
  const { model, optimizer, results, ema, accumulate = 1, between = [] } = parts;
  const work = stepWork(device, parts);
  const programs = stepPrograms(device, work, { ...parts, classes: model.classes });
  const underWay: Promise<unknown>[] = [];
  /** The batches of the step so far. */
  const group: TrainBatch[] = [];
  let step = 0;

  /** What changes from step to step. */
  const writeScalars = (lr: number, batchOfStep: number, slot: number) => {
    const decay = ema ? emaDecay(ema.decay, step, ema.warmupSteps) : 0;
    const places = { emaDecay: decay, slot, step, batchOfStep };
    work.scalars.write(stepScalars(optimizer.scalars(step, lr), places));
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
      const { slot, gradients, ascent, update } = await programs.of(batch.count);
      if (underWay.length === AHEAD) await underWay.shift(); // GPU sync point
      if (group.length === 0) step++;
      model.parameters.batches++;
      slot.write(batch);
      writeScalars(lr, group.length, results.advance());
      gradients.encode();
      group.push(batch);
      if (isLast || group.length === accumulate) {
        if (ascent) await passAgain(programs, ascent, group, (i) => writeScalars(lr, i, results.spare));
        group.length = 0;
        for (const act of between) await act(work.gradient);
        update.encode();
      }
      device.flush();
      underWay.push(device.gpu.queue.onSubmittedWorkDone());
    },
    async differentiate(batch) {
      const { slot } = await programs.of(batch.count);
      slot.write(batch);
      device.scope(() => work.pass(slot));
      device.flush();
    },
    free() {
      programs.free();
      work.free();
    },
  };
}

function recordedIn({ gradients, ascent, update }: Partial<SizedStep> = {}): Program[] {
  return [gradients, ascent?.climb, ascent?.comeBack, update].flatMap((half) => half?.program ?? []);
}

/**
 * Encodes SAM's second pass over a step's batches. `prepare` writes the scalars of the i-th; of a single one, the images
 * are still there.
 */
async function passAgain(
  programs: StepPrograms,
  { climb, comeBack }: NonNullable<SharedHalves["ascent"]>,
  group: readonly TrainBatch[],
  prepare: (i: number) => void,
): Promise<void> {
  climb.encode();
  for (const [i, batch] of group.entries()) {
    const { slot, gradients } = await programs.of(batch.count);
    if (group.length > 1) slot.write(batch);
    prepare(i);
    gradients.encode();
  }
  comeBack.encode();
}
