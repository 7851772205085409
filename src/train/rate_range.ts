/**
 * The range test of learning rates (Smith 2017): the loss while the rate rises from step to step, smoothed, where it ends,
 * and the rate that it suggests. Range, smoothing and end are those of Lightning's `lr_find`. Its suggestion, where the loss
 * falls fastest, is taken with two more conditions: a slope is that of a tenth of the range, since single losses decide
 * that of two steps, and comes before the lowest loss, since one that has risen far falls again.
 */

import { smallest } from "../base/lists.ts";

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
  /** Where the smoothed loss falls fastest on its way to its lowest; undefined if it never falls. */
  readonly suggestion: number | undefined;
}

/** Share of the average so far in the next: Lightning's and fastai's. */
const SMOOTHING = 0.98;

/** The rate of step `i`, from 0: as many times the one before as at each step. */
export function rateAt(i: number, { min_lr, max_lr, num_training }: RateRange): number {
  return min_lr * (max_lr / min_lr) ** (i / (num_training - 1));
}

/** Collects the losses of a range test. */
export class RateTest {
  readonly #rates: number[] = [];
  readonly #losses: number[] = [];
  readonly #smoothed: number[] = [];
  #average = 0;
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
    const { early_stop_threshold: threshold } = this.range, lowest = smallest(this.#smoothed);
    this.#rates.push(this.next!);
    this.#losses.push(loss);
    this.#average = SMOOTHING * this.#average + (1 - SMOOTHING) * loss;
    const smoothed = this.#average / (1 - SMOOTHING ** this.#losses.length);
    this.#smoothed.push(smoothed);
    if (threshold !== null && smoothed > threshold * lowest) this.#stopped = "rose";
  }

  get curve(): RateCurve {
    return {
      rates: this.#rates,
      losses: this.#losses,
      smoothed: this.#smoothed,
      stopped: this.#stopped,
      suggestion: this.#rates[steepest(this.#smoothed, this.range.num_training)],
    };
  }
}

/** Where losses fall fastest, without the first tenth of `steps`, in which single ones count for much; or -1. */
function steepest(smoothed: readonly number[], steps: number): number {
  const first = Math.floor(steps / 10), reach = Math.max(1, Math.floor(steps / 20));
  const lowest = smoothed.indexOf(smallest(smoothed.slice(first)));
  let best = -1, least = 0;
  for (let i = first; i <= lowest; i++) {
    const slope = slopeOf(smoothed.slice(Math.max(first, i - reach), i + reach + 1));
    if (slope < least) [best, least] = [i, slope];
  }
  return best;
}

/** The slope of the line with the least squares through values one apart; 0 for a single one. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  let sum = 0, squares = 0;
  for (const [i, value] of values.entries()) {
    sum += (i - middle) * value;
    squares += (i - middle) ** 2;
  }
  return squares === 0 ? 0 : sum / squares;
}
