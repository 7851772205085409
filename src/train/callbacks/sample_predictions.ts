import * as z from "zod";
import { samplesPlot } from "../../plots/samples_plot.ts";
import type { Callback } from "../callback.ts";
import { epochFolder, isDue } from "./epoch_folder.ts";
import { type CallbackContext, type CallbackPlugin, defineCallback } from "./plugin.ts";
import { sampleTile, spreadSamples } from "./sample_tile.ts";

/** Options of {@link samplePredictions}. */
export interface SamplePredictionsOptions {
  readonly every: number;
  /** Number of samples to show. */
  readonly count: number;
}

/** Shows images of 224 pixels at their own size; a higher resolution would be slower and show no more. */
const DOTS_PER_INCH = 100;

/**
 * Draws `epoch_000/sample_predictions.png`: samples from all over the split of the last validation, the same in each
 * epoch, as the network saw them, with their true and predicted classes. Logs it as `sample_predictions`.
 */
export function samplePredictions(
  { every, count }: SamplePredictionsOptions,
  { folder, plotting, picture, write }: Pick<CallbackContext, "folder" | "plotting" | "picture" | "write">,
): Callback {
  return {
    name: "sample_predictions",
    async epochEnd(state) {
      const { outputs, classes, epoch, log } = state;
      if (!outputs || !isDue(state, every)) return;
      const shown = await spreadSamples(outputs, state, count, picture);
      const samples = await Promise.all(shown.map((sample) => sampleTile(sample, classes)));
      const title = `Predictions for samples of the ${outputs.split} split, epoch ${epoch}`;
      const { font, png } = await plotting(classes);
      const bytes = await png(samplesPlot({ title, samples }, font), DOTS_PER_INCH);
      await write(`${epochFolder(folder, epoch)}/sample_predictions.png`, bytes);
      log.image("sample_predictions", bytes);
    },
  };
}

/** The plug-in. */
export const sample_predictions: CallbackPlugin = defineCallback({
  options: z.strictObject({
    every_n_epochs: z.int().min(1).default(1).describe("Draw every so many epochs"),
    count: z.int().min(1).max(400).default(16).describe("Number of images"),
  }).describe("Draws epoch_000/sample_predictions.png"),
  make: ({ every_n_epochs: every, count }, context) => samplePredictions({ every, count }, context),
});
