import * as z from "zod";
import { encodePng } from "../../formats/png.ts";
import { argmax } from "../../metrics/accuracy.ts";
import { softmax } from "../../metrics/softmax.ts";
import { samplesPlot, type SampleTile } from "../../plots/samples_plot.ts";
import type { Callback } from "../callback.ts";
import { spreadRows } from "../report/choose_pictures.ts";
import type { Outputs } from "../run_state.ts";
import { epochFolder, isDue } from "./epoch_folder.ts";
import { type CallbackContext, defineCallback } from "./plugin.ts";

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
      const samples = await tiles(outputs, classes, count, picture);
      const title = `Predictions for samples of the ${outputs.split} split, epoch ${epoch}`;
      const { font, png } = await plotting(classes);
      const bytes = await png(samplesPlot({ title, samples }, font), DOTS_PER_INCH);
      await write(`${epochFolder(folder, epoch)}/sample_predictions.png`, bytes);
      log.image("sample_predictions", bytes);
    },
  };
}

async function tiles(
  outputs: Outputs,
  classes: readonly string[],
  count: number,
  picture: CallbackContext["picture"],
): Promise<SampleTile[]> {
  const { split, logits, labels, indices } = outputs;
  const made = await Promise.all(
    spreadRows(outputs, count).map(async (row) => {
      const scores = logits.slice(row * classes.length, (row + 1) * classes.length);
      const [predicted] = argmax(scores, classes.length);
      const shown = await picture(split, indices[row]);
      if (shown === undefined) return [];
      const { width, height, data } = shown;
      return [{
        picture: { width, height, png: await encodePng({ width, height, data }) },
        truth: classes[labels[row]],
        predicted: classes[predicted],
        confidence: softmax(scores, classes.length)[predicted],
        right: predicted === labels[row],
      }];
    }),
  );
  return made.flat();
}

/** The plug-in. */
export const sample_predictions = defineCallback({
  options: z.strictObject({
    every_n_epochs: z.int().min(1).default(1).describe("Draw every so many epochs"),
    count: z.int().min(1).max(400).default(16).describe("Number of images"),
  }).describe("Draws epoch_000/sample_predictions.png"),
  make: ({ every_n_epochs: every, count }, context) => samplePredictions({ every, count }, context),
});
