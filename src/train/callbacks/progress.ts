import * as z from "zod";
import type { Callback } from "../callback.ts";
import type { EpochRecord, RunState } from "../run_state.ts";
import { defineCallback } from "./plugin.ts";

/** A column: its heading, which sets its width, and what stands in it. */
interface Column {
  readonly heading: string;
  text(record: EpochRecord, state: RunState): string;
}

const percent = (share: number | undefined) => share === undefined ? "-" : (100 * share).toFixed(1) + " %";
const loss = (value: number | undefined) => value?.toFixed(4) ?? "-";

const columns: readonly Column[] = [
  { heading: "  epoch", text: ({ epoch }, { maxEpochs }) => `${epoch + 1}/${maxEpochs}` },
  { heading: "train loss", text: ({ train }) => loss(train.loss) },
  { heading: "  top-1", text: ({ train }) => percent(train.top1) },
  { heading: "valid loss", text: ({ valid }) => loss(valid?.loss) },
  { heading: "  top-1", text: ({ valid }) => percent(valid?.top1) },
  { heading: "  top-5", text: ({ valid }) => percent(valid?.top5) },
  { heading: "images/s", text: ({ imagesPerSecond }) => imagesPerSecond.toFixed(1) },
  { heading: "data wait", text: ({ dataWait }) => percent(dataWait) },
  { heading: "  time", text: ({ seconds }) => seconds.toFixed(1) + " s" },
];

/**
 * Prints a line for each epoch: losses, top-1 and top-5, images/s, the share of time that went by waiting for data,
 * and whether the epoch is the best so far.
 */
export function progress(print: (line: string) => void): Callback {
  return {
    name: "progress",
    fitStart: () => print(columns.map(({ heading }) => heading).join("  ")),
    epochEnd(state) {
      const record = state.history.at(-1)!;
      const cells = columns.map(({ heading, text }) => text(record, state).padStart(heading.length));
      print(cells.join("  ") + (state.best?.epoch === record.epoch ? "  best" : ""));
    },
  };
}

/** As a plug-in. */
export const progress_table = defineCallback({
  options: z.strictObject({}).describe("Prints a line an epoch"),
  make: (_, { print }) => progress(print),
});
