import * as z from "zod";
import { confusionCsv, confusionMatrix as gather } from "../../metrics/confusion.ts";
import { confusionPlot } from "../../plots/confusion_plot.ts";
import type { Callback } from "../callback.ts";
import { epochFolder, isDue } from "./epoch_folder.ts";
import { type CallbackContext, type CallbackPlugin, defineCallback } from "./plugin.ts";

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions {
  readonly every: number;
  readonly dotsPerInch: number;
}

/**
 * Draws `epoch_000/confusion_matrix.png` from the last validation, and logs it as `confusion_matrix`; the numbers are
 * beside it as CSV.
 */
export function confusionMatrix(
  { every, dotsPerInch }: ConfusionMatrixOptions,
  { folder, plotting, write }: Pick<CallbackContext, "folder" | "plotting" | "write">,
): Callback {
  return {
    name: "confusion_matrix",
    async epochEnd(state) {
      const { outputs, classes, epoch, log } = state;
      if (!outputs || !isDue(state, every)) return;
      const matrix = gather(classes.length);
      matrix.update(outputs.logits, outputs.labels);
      const title = `Confusion matrix of the ${outputs.split} split, epoch ${epoch}`;
      const { font, png } = await plotting(classes);
      const confusion = matrix.compute();
      const plot = confusionPlot({ title, names: classes, counts: confusion.counts }, font);
      const bytes = await png(plot, dotsPerInch), place = epochFolder(folder, epoch);
      await write(`${place}/confusion_matrix.png`, bytes);
      await write(
        `${place}/confusion_matrix.csv`,
        new TextEncoder().encode(confusionCsv(confusion, classes)),
      );
      log.image("confusion_matrix", bytes);
    },
  };
}

/** The plug-in. */
export const confusion_matrix: CallbackPlugin = defineCallback({
  options: z.strictObject({
    every_n_epochs: z.int().min(1).default(1).describe("Draw every so many epochs"),
    dpi: z.int().min(1).max(600).default(150).describe("Dots per inch"),
  }).describe("Draws epoch_000/confusion_matrix.png, with the numbers as CSV"),
  make: ({ every_n_epochs: every, dpi: dotsPerInch }, context) =>
    confusionMatrix({ every, dotsPerInch }, context),
});
