import * as z from "zod";
import type { LiveLine } from "../../base/progress.ts";
import { hasTop5 } from "../../metrics/accuracy.ts";
import type { Callback, StepRecord } from "../callback.ts";
import type { EpochRecord, RunState } from "../run_state.ts";
import type { Screen } from "../screen.ts";
import { type CallbackPlugin, defineCallback } from "./plugin.ts";
import { barLine } from "./progress_bar.ts";

/** A column: its heading, which determines its width, and its contents. */
interface Column {
  readonly heading: string;
  text(record: EpochRecord, state: RunState): string;
}

const percent = (share: number | undefined) => share === undefined ? "-" : (100 * share).toFixed(1) + " %";
const loss = (value: number | undefined) => value?.toFixed(4) ?? "-";

const TOP5 = "  top-5";

/** The columns of the table; a narrow terminal gets only the first ones. */
const columns: readonly Column[] = [
  { heading: "  epoch", text: ({ epoch }, { maxEpochs }) => `${epoch}/${maxEpochs - 1}` },
  { heading: "train loss", text: ({ train }) => loss(train.loss) },
  { heading: "  top-1", text: ({ train }) => percent(train.top1) },
  { heading: "valid loss", text: ({ valid }) => loss(valid?.loss) },
  { heading: "  top-1", text: ({ valid }) => percent(valid?.top1) },
  { heading: TOP5, text: ({ valid }) => percent(valid?.top5) },
  { heading: "images/s", text: ({ imagesPerSecond }) => imagesPerSecond.toFixed(1) },
  { heading: "data wait", text: ({ dataWait }) => percent(dataWait) },
  { heading: "  time", text: ({ seconds }) => seconds.toFixed(1) + " s" },
];

const BEST = "  best";

/** The columns for so many classes that fit into `width` characters together with the final `best`. */
function columnsWithin(width: number, classes: number): Column[] {
  let used = BEST.length - 2;
  return columns.filter(({ heading }) => heading !== TOP5 || hasTop5(classes))
    .filter(({ heading }) => (used += heading.length + 2) <= width);
}

/**
 * Prints a line for each epoch: losses, top-1 and top-5, images/s, the share of time spent waiting for data, and
 * whether the epoch is the best so far. On a terminal, a bar below it shows the current epoch; it reads nothing from
 * the GPU beyond what was last logged.
 */
export function progress(screen: Screen): Callback {
  let shown: Column[] = [];
  let logged: StepRecord | undefined;
  let bar: LiveLine | undefined;
  let started: { batches: number; at: number } | undefined;
  const batchesOf = ({ epoch, batch, batchesPerEpoch }: RunState) => epoch * batchesPerEpoch + batch;
  return {
    name: "progress",
    fitStart(state) {
      shown = columnsWithin(screen.columns(), state.classes.length);
      screen.print(shown.map(({ heading }) => heading).join("  "));
      bar = screen.live((width) => {
        const batches = started ? batchesOf(state) - started.batches : 0;
        const seconds = (performance.now() - (started?.at ?? 0)) / 1000;
        return barLine({ state, logged, batches, seconds }, width);
      });
    },
    stepEnd: (state) => void (started ??= { batches: batchesOf(state), at: performance.now() }),
    stepLogged: (_, record) => void (logged = record),
    epochEnd(state) {
      const record = state.history.at(-1)!;
      const cells = shown.map(({ heading, text }) => text(record, state).padStart(heading.length));
      screen.print(cells.join("  ") + (state.best?.epoch === record.epoch ? BEST : ""));
    },
    save: (_, reason) => reason === "interrupted" ? bar?.[Symbol.dispose]() : undefined,
    fitEnd: () => bar?.[Symbol.dispose](),
  };
}

/** The plug-in. */
export const progress_table: CallbackPlugin = defineCallback({
  options: z.strictObject({}).describe("Prints a line for each epoch, and on a terminal a progress bar"),
  make: (_, { screen }) => progress(screen),
});
