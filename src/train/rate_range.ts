/**
 * The range test of learning rates (Smith 2017): the loss while the rate rises from step to step, smoothed, where it ends,
 * and the rate that it suggests. Range, smoothing and end are those of Lightning's `lr_find`. Its suggestion, where the loss
 * falls fastest, is taken with more conditions: without the first tenth of the steps, from a fall that is more than the
 * scatter of single ones, by the slope of a fifth of the range.
 */

import { smallest } from "../base/lists.ts";
import { findFall, type RateFall, smooth, steepest } from "./rate_fall.ts";

/** The rates to try, under Lightning's names. */
export interface RateRange {
  readonly min_lr: number;
  readonly max_lr: number;
  /** Steps from the lowest rate to the highest. */
  readonly num_training: number;
  /** The test ends once the smoothed loss is so many times its lowest value; null: never. */
  readonly early_stop_threshold: number | null;
}

/** What a range test has found. */
export interface RateCurve {
  /** For each step that was taken: its rate, its loss, and the smoothed loss. */
  readonly rates: readonly number[];
  readonly losses: readonly number[];
  readonly smoothed: readonly number[];
  /** Why it ended before its last step: the loss rose too far, or was not finite. */
  readonly stopped: "rose" | "not finite" | undefined;
  /** Without the first tenth of the steps, from which its own steps count. */
  readonly fall: RateFall;
  /** Where the smoothed loss falls fastest; undefined if no fall is clear. */
  readonly suggestion: number | undefined;
}

/** The rate of step `i`, from 0: as many times the one before as at each step. */
export function rateAt(i: number, { min_lr, max_lr, num_training }: RateRange): number {
  return min_lr * (max_lr / min_lr) ** (i / (num_training - 1));
}

/** Collects the losses of a range test. */
export class RateTest {
  readonly #rates: number[] = [];
  readonly #losses: number[] = [];
  #stopped: RateCurve["stopped"];

  constructor(readonly range: RateRange) {}

  /** The rate of the next step; undefined if the test is over. */
  get next(): number | undefined {
    const steps = this.#rates.length;
    return this.#stopped || steps === this.range.num_training ? undefined : rateAt(steps, this.range);
  }

  /** Adds the loss of the step at `next`. */
  add(loss: number): void {
    if (!Number.isFinite(loss)) return void (this.#stopped = "not finite");
    this.#rates.push(this.next!);
    this.#losses.push(loss);
    const { early_stop_threshold: threshold } = this.range, smoothed = smooth(this.#losses);
    if (threshold !== null && smoothed.at(-1)! > threshold * smallest(smoothed)) this.#stopped = "rose";
  }

  get curve(): RateCurve {
    const rates = this.#rates, losses = this.#losses, tenth = Math.floor(this.range.num_training / 10);
    const later = losses.slice(tenth), fall = findFall(later);
    return {
      rates,
      losses,
      smoothed: smooth(losses),
      stopped: this.#stopped,
      fall,
      suggestion: fall.isClear ? rates[tenth + steepest(later, fall, tenth)] : undefined,
    };
  }
}
