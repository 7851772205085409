/** Medians of repeated runs. Compared variants take turns, so that all run under the same conditions. */
import type { Device } from "../src/core/device.ts";
import { elapsed } from "../src/core/elapsed.ts";
import type { Program } from "../src/core/program.ts";

/** How long to measure. */
export interface Patience {
  /** A single measurement takes at least this many milliseconds, through repetition. */
  readonly least: number;
  /** Rounds after the warm-up. */
  readonly rounds: number;
}

/** Long enough for a wait of 11 ms, or a timestamp's 1 ms, to be negligible. */
export const PATIENCE: Patience = { least: 30, rounds: 5 };

/** The median; the mean of the middle two for an even count. @throws RangeError if there are no values */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Cannot take the median of no values");
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Something to time: does its work `times` times and returns the milliseconds of one. */
export type Timed = (times: number) => Promise<number>;

/**
 * Times each variant once per round, in turn, after a warm-up round that determines the number of repetitions;
 * returns medians in the order of `variants`.
 */
export async function takeTurns(
  variants: readonly Timed[],
  { least, rounds }: Patience = PATIENCE,
): Promise<number[]> {
  const times: number[] = [];
  for (const variant of variants) times.push(await repeats(variant, least));
  const samples: number[][] = variants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, variant] of variants.entries()) samples[i].push(await variant(times[i]));
  }
  return samples.map(median);
}

/** How often to repeat a variant so that it takes `least` milliseconds; at most 4,096 times. */
async function repeats(variant: Timed, least: number): Promise<number> {
  let times = 1;
  await variant(times); // the first run touches new memory
  while (times < 4096) {
    const milliseconds = times * await variant(times);
    if (milliseconds >= least) break;
    times = Math.min(
      4096,
      times * Math.max(2, Math.min(16, Math.ceil(1.2 * least / Math.max(milliseconds, 0.01)))),
    );
  }
  return times;
}

/** Times a program on the GPU, with all its runs in one submission. */
export function timedProgram(device: Device, program: Program): Timed {
  return async (times) => await elapsed(device, () => program.run(times)) / times;
}

/** Times work of any library on the host: `run` starts it, `wait` waits until the GPU has finished. */
export function timedByClock(run: () => void | Promise<void>, wait: () => Promise<void>): Timed {
  return async (times) => {
    await wait();
    const start = performance.now();
    for (let time = 0; time < times; time++) await run();
    await wait();
    return (performance.now() - start) / times;
  };
}
