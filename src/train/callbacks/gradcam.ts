import * as z from "zod";
import { append } from "../../base/lists.ts";
import { normalizer } from "../../data/transforms/normalize.ts";
import { samplesPlot } from "../../plots/samples_plot.ts";
import { withHeat } from "../../plots/heat.ts";
import type { Callback } from "../callback.ts";
import { withEvaluatedWeights } from "../evaluated_weights.ts";
import { type Gradcam, gradcam as explainer, type HeatMap, observingLayer } from "../gradcam.ts";
import { GRADCAM } from "../report/report_data.ts";
import type { RunState } from "../run_state.ts";
import { epochFolder, isDue } from "./epoch_folder.ts";
import { type CallbackContext, type CallbackPlugin, defineCallback } from "./plugin.ts";
import { sampleTile, type ShownSample, spreadSamples } from "./sample_tile.ts";

/** Options of {@link gradcamCallback}. */
export interface GradcamCallbackOptions {
  readonly every: number;
  /** Number of samples to show. */
  readonly count: number;
  /** A layer or module by name; by default the one that says most. */
  readonly layer: string | null;
}

/** Images in one pass: few of them, so that they take little of the memory that training needs. */
const BATCH = 8;
const DOTS_PER_INCH = 100;

type Context = Pick<
  CallbackContext,
  "folder" | "imageSize" | "normalization" | "plotting" | "picture" | "write"
>;

/**
 * Draws `epoch_000/gradcam.png`: samples from all over the split of the last validation, the same in each epoch, each
 * beside where the model that was validated sees the class that it predicts (GradCAM). Logs it as `gradcam`.
 */
export function gradcamCallback(
  { every, count, layer }: GradcamCallbackOptions,
  context: Context,
): Callback {
  return {
    name: "gradcam",
    fitStart({ model }) {
      if (layer !== null) observingLayer(model, layer); // before anything is trained
    },
    async epochEnd(state) {
      const { outputs, classes, epoch, log } = state;
      if (!outputs || !isDue(state, every)) return;
      const samples = await spreadSamples(outputs, state, count, context.picture);
      const { layer: shown, maps } = await heatOf(state, samples, layer, context);
      const tiles = await Promise.all(
        samples.map((sample, i) => sampleTile(sample, classes, withHeat(sample.picture, maps[i]))),
      );
      const title = `What predictions of the ${outputs.split} split look at, ${shown}, epoch ${epoch}`;
      const { font, png } = await context.plotting(classes);
      const bytes = await png(samplesPlot({ title, samples: tiles }, font), DOTS_PER_INCH);
      await context.write(`${epochFolder(context.folder, epoch)}/${GRADCAM}`, bytes);
      log.image("gradcam", bytes);
    },
  };
}

/** The heat of each sample's predicted class. Nothing of it stays in the GPU's memory. */
async function heatOf(
  state: RunState,
  samples: readonly ShownSample[],
  layer: string | null,
  { imageSize, normalization }: Context,
): Promise<{ layer: string; maps: HeatMap[] }> {
  const { model } = state, normalize = normalizer(normalization), row = imageSize * imageSize * 4;
  const options = { imageSize, batchSize: Math.max(1, Math.min(BATCH, samples.length)) };
  const cam: Gradcam = explainer(model.parameters.values.device, model, {
    ...options,
    layer: layer ?? undefined,
  });
  const maps: HeatMap[] = [];
  try {
    await withEvaluatedWeights(state, async () => {
      for (let start = 0; start < samples.length; start += options.batchSize) {
        const batch = samples.slice(start, start + options.batchSize);
        const images = new Float32Array(batch.length * row);
        batch.forEach(({ picture }, n) => normalize(picture, images, n * row));
        const explained = await cam.run(images, batch.length, batch.map(({ predicted }) => predicted));
        append(maps, explained.maps);
      }
    });
    return { layer: cam.layer, maps };
  } finally {
    cam.free();
  }
}

/** The plug-in. */
export const gradcam: CallbackPlugin = defineCallback({
  options: z.strictObject({
    every_n_epochs: z.int().min(1).default(1).describe("Draw every so many epochs"),
    count: z.int().min(1).max(400).default(8).describe("Number of images"),
    layer: z.string().min(1).nullable().default(null).describe(
      "Layer or module by name, such as layer4; null: the last with at least 4 x 4 values",
    ),
  }).describe("Draws epoch_000/gradcam.png: where the model sees the class that it predicts"),
  make: ({ every_n_epochs: every, ...options }, context) => gradcamCallback({ every, ...options }, context),
});
