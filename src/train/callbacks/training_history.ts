import * as z from "zod";
import { hasTop5 } from "../../metrics/accuracy.ts";
import { type Curve, curvesPlot } from "../../plots/curves_plot.ts";
import type { Drawing } from "../../plots/svg.ts";
import type { Font } from "../../plots/font.ts";
import type { Callback } from "../callback.ts";
import type { EpochRecord, RunState } from "../run_state.ts";
import { isDue } from "./epoch_folder.ts";
import { type CallbackContext, type CallbackPlugin, defineCallback } from "./plugin.ts";

const DOTS_PER_INCH = 150;

/**
 * Draws `training_history/loss_history.png` and `accuracy_history.png` with all epochs so far, after every `every`-th
 * epoch and at the end of the run.
 */
export function trainingHistory(
  every: number,
  { folder, plotting, write }: Pick<CallbackContext, "folder" | "plotting" | "write">,
): Callback {
  let drawn: EpochRecord | undefined;
  const draw = async ({ history, classes }: RunState) => {
    if (history.length === 0 || history.at(-1) === drawn) return;
    const { font, png } = await plotting([]);
    const plots = {
      loss: lossHistory(history, font),
      accuracy: accuracyHistory(history, font, hasTop5(classes.length)),
    };
    for (const [name, plot] of Object.entries(plots)) {
      await write(`${folder}/training_history/${name}_history.png`, await png(plot, DOTS_PER_INCH));
    }
    drawn = history.at(-1);
  };
  return {
    name: "training_history",
    epochEnd: (state) => isDue(state, every) ? draw(state) : undefined,
    fitEnd: draw,
  };
}

/** Losses by epoch. */
export function lossHistory(history: readonly EpochRecord[], font: Font): Drawing {
  const valid = history.map((record) => record.valid?.loss);
  const best = bestOf(history, valid, Math.min);
  const curves: Curve[] = [
    { name: "train", values: history.map(({ train }) => train.loss) },
    {
      name: "valid",
      values: valid,
      ...(best && { note: `lowest ${best.value.toFixed(4)} in epoch ${best.epoch}` }),
    },
  ];
  return draw("Loss", "Loss", [0, Infinity], curves, history, font);
}

/** Accuracies by epoch, in percent. */
export function accuracyHistory(history: readonly EpochRecord[], font: Font, hasTop5 = true): Drawing {
  const percent = (share: number | undefined) => share === undefined ? undefined : 100 * share;
  const valid = history.map((record) => percent(record.valid?.top1));
  const best = bestOf(history, valid, Math.max);
  const curves: Curve[] = [
    { name: "train top-1", values: history.map(({ train }) => percent(train.top1)) },
    {
      name: "valid top-1",
      values: valid,
      ...(best && { note: `best ${best.value.toFixed(2)} % in epoch ${best.epoch}` }),
    },
    ...(hasTop5
      ? [{ name: "valid top-5", values: history.map((record) => percent(record.valid?.top5)) }]
      : []),
  ];
  return draw("Accuracy", "Accuracy [%]", [0, 100], curves, history, font);
}

/** Draws the available curves; without validation its curves are left out. */
function draw(
  title: string,
  yName: string,
  bounds: readonly [number, number],
  curves: readonly Curve[],
  history: readonly EpochRecord[],
  font: Font,
): Drawing {
  const present = curves.filter(({ values }) => values.some((value) => value !== undefined));
  return curvesPlot({ title, yName, bounds, curves: present, firstEpoch: history[0].epoch }, font);
}

/** The best finite value and its epoch. */
function bestOf(
  history: readonly EpochRecord[],
  values: readonly (number | undefined)[],
  better: (...values: number[]) => number,
): { value: number; epoch: number } | undefined {
  const finite = values.filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  if (finite.length === 0) return undefined;
  const value = better(...finite);
  return { value, epoch: history[values.indexOf(value)].epoch };
}

/** The plug-in. */
export const training_history: CallbackPlugin = defineCallback({
  options: z.strictObject({
    every_n_epochs: z.int().min(1).default(1).describe("Draw every so many epochs"),
  }).describe("Draws training_history/{loss,accuracy}_history.png"),
  make: ({ every_n_epochs: every }, context) => trainingHistory(every, context),
});
