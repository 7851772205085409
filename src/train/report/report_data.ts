/** `report.json`: what a run's report shows beyond the other files of the run. */
import type { EvaluatedSplit } from "../../data/types.ts";
import { argmax } from "../../metrics/accuracy.ts";
import { auroc } from "../../metrics/auroc.ts";
import { calibrationError } from "../../metrics/calibration.ts";
import { rowScales } from "../../metrics/softmax.ts";
import type { SplitCounts } from "../../plots/class_bars_plot.ts";
import type { HealthFinding } from "../../plots/report/report.ts";
import type { Tally } from "../step_results.ts";
import type { Outputs } from "../run_state.ts";

/** The predictions for each sample of a split, and the metrics that need all scores. Shares are 0 .. 1. */
export interface Predictions {
  /** The epoch of the weights, from 0, and their step; absent in an evaluation. */
  readonly epoch?: number;
  readonly step?: number;
  readonly loss: number | null;
  readonly top1: number | null;
  readonly top5: number | null;
  /** Expected calibration error. */
  readonly ece: number | null;
  /** [classes] */
  readonly auroc: readonly (number | null)[];
  /** [N]: position in the split's samples, true class, predicted class, and its softmax probability. */
  readonly indices: readonly number[];
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
  readonly confidence: readonly number[];
}

/** The progress of a run, or that it is an evaluation. */
export type ReportStatus = "running" | "interrupted" | "finished" | "evaluated";

/** The contents of the file. */
export interface ReportData {
  readonly status: ReportStatus;
  /** Completed epochs, and the requested number; absent in an evaluation. */
  readonly epochs?: number;
  readonly max_epochs?: number;
  readonly batches_per_epoch?: number;
  readonly classes: readonly string[];
  readonly samples: readonly { readonly name: string; readonly counts: readonly number[] }[];
  /** Of the dataset; absent if it was not checked. */
  readonly health?: readonly HealthFinding[] | undefined;
  /** Paths relative to the working directory. */
  readonly checkpoints: readonly string[];
  /** Of the best epoch's weights. */
  readonly valid?: Predictions | undefined;
  readonly test?: Predictions | undefined;
}

/** Images in base64 and the files they come from, by split and position: `report_pictures.json`. */
export type PictureFile = Readonly<
  Partial<
    Record<EvaluatedSplit, Readonly<Record<string, { readonly path: string; readonly jpeg: string }>>>
  >
>;

/** The names of both files in the run's folder. */
export const REPORT_DATA = "report.json";
export const REPORT_PICTURES = "report_pictures.json";
/** What the model looks at, in the folder of an epoch. */
export const GRADCAM = "gradcam.png";

/** Extracts what is kept of a split's outputs. Takes the scores of each class for its AUROC. */
export function predictionsOf(
  { logits, labels, indices }: Outputs,
  classes: number,
  tally: Pick<Tally, "loss" | "top1" | "top5">,
  weights: { readonly epoch?: number; readonly step?: number } = {},
): Predictions {
  const predicted = argmax(logits, classes), { total } = rowScales(logits, classes);
  const area = auroc(classes), calibration = calibrationError(classes);
  for (const metric of [area, calibration]) metric.update(logits, labels);
  return {
    ...weights,
    loss: finite(tally.loss),
    top1: finite(tally.top1),
    top5: finite(tally.top5),
    ece: finite(calibration.compute()),
    auroc: area.compute().perClass.map(finite),
    indices: [...indices],
    labels: [...labels],
    predicted: [...predicted],
    confidence: Array.from(total, (sum) => Math.round(1e4 / sum) / 1e4),
  };
}

/** JSON has no NaN. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/** Counts in JSON form. */
export function countsOf(samples: readonly SplitCounts[]): ReportData["samples"] {
  return samples.map(({ name, counts }) => ({ name, counts: Array.from(counts) }));
}
