/** A sample in a drawing: its image, its true class, and the class predicted from its logits. */
import type { Picture } from "../../data/types.ts";
import { encodePng } from "../../formats/png.ts";
import { argmax } from "../../metrics/accuracy.ts";
import { softmax } from "../../metrics/softmax.ts";
import type { SampleTile, TilePicture } from "../../plots/samples_plot.ts";
import { spreadRows } from "../report/choose_pictures.ts";
import type { Outputs, RunState } from "../run_state.ts";
import type { CallbackContext } from "./plugin.ts";

/** A sample of a split as the network sees it, with what the network says of it. */
export interface ShownSample {
  readonly picture: Picture;
  readonly truth: number;
  readonly predicted: number;
  /** Of the predicted class, calibrated if the validation was, 0 .. 1. */
  readonly confidence: number;
}

/** Samples from all over a split, the same whatever was predicted; those that can no longer be read are left out. */
export async function spreadSamples(
  outputs: Outputs,
  { classes, calibration }: Pick<RunState, "classes" | "calibration">,
  count: number,
  picture: CallbackContext["picture"],
): Promise<ShownSample[]> {
  const { split, logits, labels, indices } = outputs;
  const shown = await Promise.all(
    spreadRows(outputs, count).map(async (row) => {
      const scores = logits.slice(row * classes.length, (row + 1) * classes.length);
      const [predicted] = argmax(scores, classes.length);
      const read = await picture(split, indices[row]);
      const confidence = softmax(scores, classes.length, calibration?.temperature)[predicted];
      return read === undefined ? [] : [{ picture: read, truth: labels[row], predicted, confidence }];
    }),
  );
  return shown.flat();
}

/** The sample's tile; `beside` is another view of it. */
export async function sampleTile(
  { picture, truth, predicted, confidence }: ShownSample,
  classes: readonly string[],
  beside?: Picture,
): Promise<SampleTile> {
  return {
    picture: await inPng(picture),
    ...(beside === undefined ? {} : { beside: await inPng(beside) }),
    truth: classes[truth],
    predicted: classes[predicted],
    confidence,
    right: predicted === truth,
  };
}

async function inPng({ width, height, data }: Picture): Promise<TilePicture> {
  return { width, height, png: await encodePng({ width, height, data }) };
}
