/** The progress line of a run on a terminal. */
import { clockTime } from "../../base/clock.ts";
import type { StepRecord } from "../callback.ts";
import type { RunState } from "../run_state.ts";

/** Input of {@link barLine}. */
export interface BarParts {
  readonly state: Pick<RunState, "epoch" | "maxEpochs" | "batch" | "batchesPerEpoch">;
  /** What was last read from the GPU; undefined before the first time. */
  readonly logged: StepRecord | undefined;
  /** Batches and seconds since this process started training. */
  readonly batches: number;
  readonly seconds: number;
}

const LONGEST = 40, SHORTEST = 8;

/**
 * `epoch 2/9  ━━━━━━─────  26/57  loss 1.2345  ETA 0:01:23  116 images/s  data wait 0.9 %`, limited to `width`
 * characters: parts are dropped from the end, then the bar.
 */
export function barLine({ state, logged, batches, seconds }: BarParts, width: number): string {
  const { epoch, maxEpochs, batch, batchesPerEpoch } = state;
  const head = `epoch ${Math.min(epoch, maxEpochs - 1)}/${maxEpochs - 1}`;
  const left = (maxEpochs - epoch) * batchesPerEpoch - batch;
  const parts = [
    `${batch}/${batchesPerEpoch}`,
    ...(batch === batchesPerEpoch ? ["validating"] : logged ? [`loss ${logged.tally.loss.toFixed(4)}`] : []),
    ...(batches > 0 ? [`ETA ${clockTime(seconds / batches * left)}`] : []),
    ...(logged
      ? [
        `${logged.imagesPerSecond.toFixed(1)} images/s`,
        `data wait ${(100 * logged.dataWait).toFixed(1)} %`,
      ]
      : []),
  ];
  const room = (count: number) =>
    width - head.length - 2 - parts.slice(0, count).reduce((sum, { length }) => sum + length + 2, 0);
  let count = parts.length;
  while (count > 1 && room(count) < SHORTEST) count--;
  const length = Math.min(LONGEST, room(count));
  const bar = length < SHORTEST ? [] : [drawBar(batch / batchesPerEpoch, length)];
  return [head, ...bar, ...parts.slice(0, count)].join("  ").slice(0, width);
}

function drawBar(share: number, length: number): string {
  const done = Math.round(share * length);
  return "━".repeat(done) + "─".repeat(length - done);
}
