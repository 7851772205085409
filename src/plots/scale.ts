/** Scales from values to positions, with round ticks. */

/** A linear scale between round ends. */
export interface Scale {
  /** The position of a value. */
  (value: number): number;
  /** The round values in order; the first and last are the ends of the scale. */
  readonly ticks: readonly number[];
  /** The label of a tick, all with the same number of decimals. */
  text(tick: number): string;
}

/**
 * A scale from values in [low, high], widened to round ends, to positions in [from, to].
 *
 * @param count approximate number of steps
 * @param least the step is a multiple of this: 1 for integers
 */
export function linearScale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  count = 5,
  least = 0,
): Scale {
  const margin = high === low ? Math.max(Math.abs(high) * 0.1, least, 1e-9) : 0;
  const wanted = Math.max(least, roundStep((high - low + 2 * margin) / count));
  const step = least > 0 && wanted % least !== 0 ? 2 * wanted : wanted; // 5 rather than 2.5
  const start = Math.floor((low - margin) / step + 1e-9), end = Math.ceil((high + margin) / step - 1e-9);
  const ticks = Array.from({ length: end - start + 1 }, (_, i) => (start + i) * step);
  const first = ticks[0], span = ticks.at(-1)! - first || 1;
  const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9) + Number(isHalf(step)));
  const place = (value: number) => from + (value - first) / span * (to - from);
  return Object.assign(place, { ticks, text: (tick: number) => tick.toFixed(Math.min(decimals, 12)) });
}

/** The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `step`. */
export function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= step * (1 - 1e-9))!;
  return factor * power;
}

/** True for 2.5 times a power of ten, which needs one more decimal. */
function isHalf(step: number): boolean {
  return Math.abs(step / 10 ** Math.floor(Math.log10(step) + 1e-9) - 2.5) < 1e-6;
}
