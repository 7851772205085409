/**
 * The GPU work of a training step, in two halves: the gradients of a batch, and the update with the gradient of all
 * the step's batches. Gradients that are not finite are never used, which is decided on the GPU: in mixed precision
 * such a step is skipped and the loss scale halved, in f32 no further step is taken.
 */
import type { Device } from "../core/device.ts";
import { withTape } from "../core/tape.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import type { Loss } from "../nn/losses/loss.ts";
import type { Model } from "../nn/model.ts";
import { backward } from "../ops/backward.ts";
import { accumulation } from "../optim/accumulation.ts";
import { clipByNorm } from "../optim/clip.ts";
import type { Ema } from "../optim/ema.ts";
import { type FiniteGuard, finiteGuard } from "../optim/finite_guard.ts";
import { type LossScale, lossScale } from "../optim/loss_scale.ts";
import type { Optimizer } from "../optim/optimizers/optimizer.ts";
import { BATCH_OF_STEP, STEP, STEP_SCALARS } from "../optim/step_scalars.ts";
import type { BatchSlot } from "./batch_slot.ts";
import type { DataParallel } from "./data_parallel.ts";
import type { StepResults } from "./step_results.ts";

/** Dependencies of {@link stepWork}. */
export interface StepWorkParts {
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly results: StepResults;
  /** Averages that follow the values after each update. */
  readonly ema?: { readonly averages: Ema } | undefined;
  /** Batches in one optimiser step; 1 by default. */
  readonly accumulate?: number | undefined;
  /** The maximum gradient norm, or null for no clipping. */
  readonly maxNorm: number | null;
  /** The maximum absolute value of a gradient's element (torch.nn.utils.clip_grad_value_); undefined: no limit. */
  readonly maxValue?: number | undefined;
  /** The other processes that train the model, too; by default none. */
  readonly parallel?: DataParallel | undefined;
}

/** The work of a step, to be recorded or run. */
export interface StepWork {
  /** Values that change from step to step (see step_scalars.ts). */
  readonly scalars: Tensor;
  /** The gradient's norm and clip factor of the last step, [2]. */
  readonly clip: Tensor;
  /**
   * Whether steps are taken: the dynamic loss scale in mixed precision, otherwise a guard against non-finite
   * gradients.
   */
  readonly decision: LossScale | FiniteGuard;
  /** What the batch counts in the mean loss of all ranks, [1], where there are several. */
  readonly share: Tensor | undefined;
  /** The step's whole gradient, flat: that of one batch, or the mean of several. */
  readonly gradient: Tensor;
  /** Encodes one forward and backward pass over a batch; its gradients are in the parameters' slots afterwards. */
  pass(slot: BatchSlot): void;
  /** Encodes the first half: a pass over a batch, and the batch's share of the step's gradient. */
  gradients(slot: BatchSlot): void;
  /** What comes before and after the second pass over a step's batches, if the optimiser wants one. */
  readonly ascent: { readonly climb: () => void; readonly comeBack: () => void } | undefined;
  /** Encodes the second half: clipping, the decision whether the step is taken, the update, and the averages. */
  update(): void;
  free(): void;
}

/** Creates the work of a model's steps. */
export function stepWork(device: Device, parts: StepWorkParts): StepWork {
  const { model, loss, optimizer, results, ema, accumulate = 1, maxNorm, maxValue, parallel } = parts;
  const { parameters } = model;
  const scalars = persistent(device, [STEP_SCALARS], "f32", "step scalars");
  const draws = { scalars, step: STEP, batchOfStep: BATCH_OF_STEP, share: parallel?.ranks };
  const mode = { training: true, draws, joint: parallel?.syncBatchNorm ? parallel : undefined };
  const clip = persistent(device, [2], "f32", "gradient norm and clip factor");
  const dloss = persistent(device, [1], "f32", "gradient of the loss"); // written before each batch with other ranks
  dloss.write([1]);
  const decision = parameters.halves ? lossScale(device) : finiteGuard(device);
  const scale = decision.skips ? decision.scale : undefined;
  const sum = accumulate > 1 ? accumulation(parameters.gradients, accumulate) : undefined;
  const gradient = sum?.total ?? parameters.gradients;

  const pass = (slot: BatchSlot) =>
    withTape(device, () => {
      const logits = model.forward(slot.images, mode), target = slot.target();
      const value = loss(logits, target);
      results.tally(logits, target, value, scalars);
      backward(value, decision.skips && parallel ? decision.times(dloss) : scale ?? dloss);
    });
  const { ascent } = optimizer, inputs = { gradients: gradient, scale };

  return {
    scalars,
    clip,
    decision,
    share: parallel && dloss,
    gradient,
    pass,
    gradients(slot) {
      pass(slot);
      sum?.add(scalars);
    },
    ascent: ascent && { climb: () => ascent.climb(inputs), comeBack: () => ascent.comeBack(inputs) },
    update() {
      clipByNorm(gradient, clip, maxNorm, scale);
      decision.decide(scalars, clip);
      optimizer.step({ gradients: gradient, scalars, clip, maxValue, decision });
      ema?.averages.update(scalars);
    },
    free() {
      for (const part of [scalars, clip, dloss, decision, sum]) part?.free();
    },
  };
}
