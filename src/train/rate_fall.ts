/**
 * Where a range test's loss falls, and whether that is more than the scatter of single steps. The smoothed loss is a
 * weighted mean of single losses, so the standard deviation of a difference between two of its values follows from
 * theirs. A fall counts from 4 times that deviation on: of 300 curves of mere scatter with 30 to 200 steps, fewer than
 * one in twenty has one. A rise ends the search from 6 times on, since single losses reach further up than down.
 */

/** Share of the average so far in the next: Lightning's and fastai's. */
const SMOOTHING = 0.98;
/** How many standard deviations a clear fall or rise has at least. */
const CLEAR_FALL = 4, CLEAR_RISE = 6;
/** Median of absolute values of the standard normal distribution. */
const NORMAL_MEDIAN = 0.6745;
/** The precision of a loss, as a share of it. */
const PRECISION = 1e-6;

/** What the losses of a range test say. */
export interface RateFall {
  /** The clearest fall of the smoothed loss before it rises; 0 if it never falls. */
  readonly size: number;
  /** The steps where it begins and ends. */
  readonly from: number;
  readonly to: number;
  /** Whether it is more than chance. */
  readonly isClear: boolean;
  /** Whether the loss rises clearly, after which no fall is looked for: what has risen far falls again. */
  readonly hasRisen: boolean;
  /** Standard deviation of single losses around their neighbours. */
  readonly scatter: number;
}

/** The average of the losses so far with decay 0.98, corrected for its start. */
export function smooth(losses: readonly number[]): number[] {
  let average = 0;
  return losses.map((loss, i) => {
    average = SMOOTHING * average + (1 - SMOOTHING) * loss;
    return average / (1 - SMOOTHING ** (i + 1));
  });
}

/** The clearest fall of the smoothed losses. */
export function findFall(losses: readonly number[]): RateFall {
  const smoothed = smooth(losses), scatter = scatterOf(losses);
  let best = 0, from = 0, to = 0, hasRisen = false;
  for (let b = 1; b < losses.length && !hasRisen; b++) {
    for (let a = 0; a < b && !hasRisen; a++) {
      const deviations = (smoothed[a] - smoothed[b]) / (scatter * deviationOf(a, b));
      if (deviations < -CLEAR_RISE) hasRisen = true;
      else if (deviations > best) [best, from, to] = [deviations, a, b];
    }
  }
  const size = best > 0 ? smoothed[from] - smoothed[to] : 0;
  return { size, from, to, isClear: best >= CLEAR_FALL, hasRisen, scatter };
}

/** The step between `from` and `to` where smoothed losses fall fastest, by lines through `reach` steps on each side. */
export function steepest(losses: readonly number[], { from, to }: RateFall, reach: number): number {
  const smoothed = smooth(losses);
  let best = from, least = Infinity;
  for (let i = from; i <= to; i++) {
    const slope = slopeOf(smoothed.slice(Math.max(from, i - reach), Math.min(to, i + reach) + 1));
    if (slope < least) [best, least] = [i, slope];
  }
  return best;
}

/** From the median of the differences between neighbours, so that neither falls nor single far losses count. */
function scatterOf(losses: readonly number[]): number {
  const steps = losses.slice(1).map((loss, i) => Math.abs(loss - losses[i])).sort((a, b) => a - b);
  const middle = steps[Math.floor(steps.length / 2)] ?? 0;
  return Math.max(middle / (NORMAL_MEDIAN * Math.SQRT2), PRECISION * Math.abs(losses[0] ?? 1));
}

/** Standard deviation of the smoothed loss of step `a` less that of step `b`, a < b, where that of single losses is 1. */
function deviationOf(a: number, b: number): number {
  const weight = (step: number) => (1 - SMOOTHING) / (1 - SMOOTHING ** (step + 1));
  const shared = (i: number, k: number) =>
    weight(i) * weight(k) * SMOOTHING ** (k - i) * (1 - SMOOTHING ** (2 * i + 2)) / (1 - SMOOTHING ** 2);
  return Math.sqrt(shared(a, a) + shared(b, b) - 2 * shared(a, b));
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
