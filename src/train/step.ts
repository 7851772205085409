/**
 * The training step, without read-backs: its loss and counts go to step_results.ts, its scalars come from one buffer.
 * It is always two programs, gradients (step_work.ts) and update, and whatever should happen to the whole gradient
 * happens between them:
 *
 *   each batch: gradients    ...    the step's last batch: gradients, between, update
 *
 * The passes over a step's batches are in step_passes.ts.
 */
import type { Device } from "../core/device.ts";
import type { Program } from "../core/program.ts";
import type { Tensor } from "../core/tensor.ts";
import { type Ema, emaDecay } from "../optim/ema.ts";
import type { FiniteGuard } from "../optim/finite_guard.ts";
import type { LossScale } from "../optim/loss_scale.ts";
import { stepScalars } from "../optim/step_scalars.ts";
import type { TrainBatch } from "./batch.ts";
import { stepPasses, type WriteScalars } from "./step_passes.ts";
import { type ProgramOptions, type SizedStep, stepPrograms } from "./step_programs.ts";
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
  const { model, optimizer, ema, accumulate = 1, between = [] } = parts;
  const work = stepWork(device, parts);
  const programs = stepPrograms(device, work, { ...parts, classes: model.classes });
  const passes = stepPasses(work, programs, parts);
  const underWay: Promise<unknown>[] = [];
  let step = 0;

  /** Writes what changes from step to step. */
  const scalarsOf = (lr: number): WriteScalars => (batchOfStep, slot) => {
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
      return passes.count === 0;
    },
    prepare: programs.prepare,
    programs: (count) => recordedIn(programs.prepared(count)),
    async run(batch, lr, isLast = false) {
      const { update } = await programs.of(batch.count);
      if (underWay.length === AHEAD) await underWay.shift(); // GPU sync point
      if (passes.count === 0) step++;
      model.parameters.batches++;
      const completes = isLast || passes.count + 1 === accumulate;
      await passes.add(batch, scalarsOf(lr), completes);
      if (completes) {
        await passes.complete(scalarsOf(lr));
        for (const act of between) await act(work.gradient);
        update.encode();
      }
      device.flush();
      underWay.push(device.gpu.queue.onSubmittedWorkDone());
    },
    async differentiate(batch) {
      await passes.alone(batch, scalarsOf(0));
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
