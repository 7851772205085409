/** `report.json`: what a run's report shows beyond the other files of the run. */
import type { EvaluatedSplit } from "../../data/types.ts";
import { argmax } from "../../metrics/accuracy.ts";
import { auroc } from "../../metrics/auroc.ts";
import { errorOf, type Reliability, reliability } from "../../metrics/calibration.ts";
import { type Coverage, coverageOf } from "../../metrics/coverage.ts";
import { rowScales } from "../../metrics/softmax.ts";
import type { SplitCounts } from "../../plots/class_bars_plot.ts";
import type { HealthFinding } from "../../plots/report/report.ts";
import type { Calibration } from "../calibration.ts";
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
  /** Expected calibration error, of the confidences as the network gives them. */
  readonly ece: number | null;
  /** Images by confidence, as the network gives it and with the temperature, if there is one; absent in older files. */
  readonly reliability?: { readonly before: BinsInFile; readonly after?: BinsInFile };
  /** By the confidences with the temperature; absent in older files. */
  readonly coverage?: Coverage;
  /** [classes] */
  readonly auroc: readonly (number | null)[];
  /**
   * [N]: position in the split's samples, true class, predicted class, and its softmax probability, with the temperature
   * if there is one.
   */
  readonly indices: readonly number[];
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
  readonly confidence: readonly number[];
}

/** The values of a {@link Reliability} by bin. */
export interface BinsInFile {
  readonly samples: readonly number[];
  readonly confidence: readonly (number | null)[];
  readonly hits: readonly number[];
}

/** The progress of a run, or that it is an evaluation, or a range test of learning rates. */
export type ReportStatus = "running" | "interrupted" | "finished" | "evaluated" | "lr_find";

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
  /** What the validation of the best epoch's weights said of confidences; absent if nothing calibrated them. */
  readonly calibration?: Calibration | undefined;
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
/** The loss by learning rate, of a range test. */
export const RATE_PLOT = "lr_find.png";

/** Whose outputs they are. */
export interface PredictionsOf {
  readonly epoch?: number;
  readonly step?: number;
  /** What a validation of these weights said of their confidences. */
  readonly calibration?: Calibration | undefined;
}

/** Extracts what is kept of a split's outputs. Takes the scores of each class for its AUROC. */
export function predictionsOf(
  { logits, labels, indices }: Outputs,
  classes: number,
  tally: Pick<Tally, "loss" | "top1" | "top5">,
  { calibration, ...weights }: PredictionsOf = {},
): Predictions {
  const temperature = calibration?.temperature ?? 1;
  const predicted = argmax(logits, classes), { total } = rowScales(logits, classes, temperature);
  const area = auroc(classes),
    before = reliability(classes),
    after = reliability(classes, undefined, temperature);
  for (const metric of [area, before, after]) metric.update(logits, labels);
  return {
    ...weights,
    loss: finite(tally.loss),
    top1: finite(tally.top1),
    top5: finite(tally.top5),
    ece: finite(errorOf(before.compute())),
    reliability: {
      before: binsOf(before.compute()),
      ...(calibration?.bound === null && { after: binsOf(after.compute()) }),
    },
    coverage: coverageOf(logits, labels, { classes, temperature }),
    auroc: area.compute().perClass.map(finite),
    indices: [...indices],
    labels: [...labels],
    predicted: [...predicted],
    confidence: Array.from(total, (sum) => Math.round(1e4 / sum) / 1e4),
  };
}

function binsOf({ samples, confidence, hits }: Reliability): BinsInFile {
  return { samples: [...samples], confidence: Array.from(confidence, finite), hits: [...hits] };
}

/** JSON has no NaN. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/** Counts in JSON form. */
export function countsOf(samples: readonly SplitCounts[]): ReportData["samples"] {
  return samples.map(({ name, counts }) => ({ name, counts: Array.from(counts) }));
}
