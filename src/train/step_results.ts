/** Collects the steps' losses and counts on the GPU, so that no step has to be waited for. */
import type { Device } from "../core/device.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import { tally } from "../ops/tally.ts";
import type { Target } from "../ops/target.ts";
import { RESULTS_SLOT } from "../optim/step_scalars.ts";

/** Loss and correct predictions over a number of rows. */
export interface Tally {
  /** Mean loss of the batches, weighted by their rows. */
  readonly loss: number;
  /** Shares of rows, 0 .. 1, for which the target's class has the largest logit, or one of the largest five. */
  readonly top1: number;
  readonly top5: number;
  readonly rows: number;
}

/** One slot for each step, filled in order. */
export interface StepResults {
  /** Encodes writing a step's results to the slot given by the scalar {@link RESULTS_SLOT}. */
  tally(logits: Tensor, target: Target, loss: Tensor, scalars: Tensor): void;
  /** A slot that no result is read from, for passes that do not count. */
  readonly spare: number;
  /** The next slot, for the step's scalars. @throws RangeError if all slots are full */
  advance(): number;
  /** Restarts at the first slot. */
  restart(): void;
  /** The filled slots, [used, 4], as on the GPU; and restoring them. Waits for the GPU. */
  rows(): Promise<Float32Array>;
  load(rows: Float32Array): void;
  /** The results of each step since the restart. Waits for the GPU. */
  steps(): Promise<Tally[]>;
  /** The results of all steps since the restart. Waits for the GPU. */
  total(): Promise<Tally>;
  free(): void;
}

/** Allocates room for the results of `slots` steps and a spare slot, whose logits have `classes` classes. */
export function stepResults(device: Device, classes: number, slots: number): StepResults {
  const results = persistent(device, [slots + 1, 4], "f32", "losses and counts");
  let used = 0;
  const steps = async () => {
    const values = await results.read(); // GPU sync point
    return Array.from({ length: used }, (_, i) => tallyOf(values.subarray(4 * i)));
  };
  return {
    tally: (logits, target, loss, scalars) =>
      tally({ logits, target, loss, scalars, results }, { classes, slot: RESULTS_SLOT }),
    spare: slots,
    advance() {
      if (used === slots) {
        throw new RangeError(
          `Cannot take another step: all ${slots} slots of the results are full; restart them first`,
        );
      }
      return used++;
    },
    restart: () => used = 0,
    rows: async () => (await results.read()).slice(0, 4 * used), // GPU sync point
    load(rows) {
      results.slice(0, [rows.length / 4, 4]).write(rows);
      used = rows.length / 4;
    },
    steps,
    total: async () => sum(await steps()),
    free: () => results.free(),
  };
}

/** A slot's four values: loss times rows, rows, correct in one and in five. */
export function tallyOf([loss, rows, top1, top5]: Float32Array): Tally {
  return { loss: loss / rows, rows, top1: top1 / rows, top5: top5 / rows };
}

/** The combined results of several steps; NaN if there are none. */
export function sum(steps: readonly Tally[]): Tally {
  const rows = steps.reduce((total, step) => total + step.rows, 0);
  const mean = (value: (step: Tally) => number) =>
    steps.reduce((total, step) => total + value(step) * step.rows, 0) / rows;
  return {
    rows,
    loss: mean((step) => step.loss),
    top1: mean((step) => step.top1),
    top5: mean((step) => step.top5),
  };
}
