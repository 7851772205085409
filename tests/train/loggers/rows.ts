/** Rows as a run logs them, of random values. */
import type { Rng } from "../../../src/base/rng.ts";
import type { LogRow } from "../../../src/train/log.ts";

/** A row with what is given, and nothing else. */
export function row(epoch: number, step: number, parts: Partial<LogRow> = {}): LogRow {
  return { epoch, step, scalars: {}, timings: {}, images: {}, texts: {}, ...parts };
}

/** A run of `epochs` epochs: some steps, the epoch, at the end a test; names come and go at random. */
export function randomRun(random: Rng, epochs: number): LogRow[] {
  const rows: LogRow[] = [];
  const timings = () => ({ "time/images_per_second": 100 * random.uniform() });
  for (let epoch = 0; epoch < epochs; epoch++) {
    const first = 7 * epoch;
    for (const step of [first + 2, first + 5]) {
      rows.push(row(epoch, step, { scalars: { "train/loss_step": random.normal() }, timings: timings() }));
    }
    const scalars: Record<string, number> = { "val/loss": random.normal() };
    if (random.uniform() < .5) scalars[`val/acc, of "${epoch}"`] = random.uniform();
    rows.push(row(epoch, first + 7, { scalars, timings: timings() }));
  }
  rows.push(row(epochs - 1, 7 * epochs, { scalars: { "test/loss": random.normal() } }));
  return rows;
}
