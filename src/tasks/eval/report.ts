/** The results of a test: lines to print, metrics.json and predictions.csv. */
import { largest } from "../../base/lists.ts";
import { csvText } from "../../base/csv.ts";
import { type Answered, answeredBy } from "../../metrics/class_thresholds.ts";
import { printable } from "../../base/printable.ts";
import { tableRow } from "../../base/text_table.ts";
import { argmax } from "../../metrics/accuracy.ts";
import { auroc } from "../../metrics/auroc.ts";
import { calibrationError } from "../../metrics/calibration.ts";
import { type Confusion, confusionMatrix, confusionTotals } from "../../metrics/confusion.ts";
import { f1Scores } from "../../metrics/f1.ts";
import { type Coverage, coverageOf, type CoverageRow } from "../../metrics/coverage.ts";
import { nll } from "../../metrics/nll.ts";
import { rowScales } from "../../metrics/softmax.ts";
import type { Calibration } from "../../train/calibration.ts";
import type { Tally } from "../../train/step_results.ts";
import type { Outputs } from "../../train/run_state.ts";

/** A test. */
export interface Tested {
  readonly classes: readonly string[];
  readonly tally: Tally;
  readonly outputs: Outputs;
  /** The file of each row. */
  readonly files: readonly string[];
  /** What the model's file says of its confidences. */
  readonly calibration?: Calibration | undefined;
}

/** One class of a test. */
export interface ClassRow {
  readonly label: string;
  readonly images: number;
  /** Fraction of its images that are recognised; null without images. */
  readonly recall: number | null;
  /** Fraction of predictions of this class that are correct; null without predictions. */
  readonly precision: number | null;
  readonly f1: number;
  /** Area under its ROC curve against the rest; null where it is undefined. */
  readonly auroc: number | null;
}

/** All metrics of a test. */
export interface Report {
  readonly images: number;
  readonly loss: number;
  readonly acc_top1: number;
  readonly acc_top5: number;
  readonly f1_macro: number;
  readonly f1_micro: number;
  readonly f1_weighted: number;
  readonly auroc_macro: number | null;
  /** Expected calibration error, 15 bins, of the confidences as the model gives them. */
  readonly ece: number;
  /** -log p of the label, without weights and smoothing. */
  readonly nll: number;
  /** The temperature in the model's file, and both of these with it; null if it has none. */
  readonly temperature: number | null;
  readonly ece_calibrated: number | null;
  readonly nll_calibrated: number | null;
  /** Coverage against accuracy, by the confidences at that temperature. */
  readonly selective: Coverage;
  /** What the thresholds in the model's file leave; null if it has none. */
  readonly at_thresholds: Answered | null;
  readonly per_class: readonly ClassRow[];
}

/** The metrics, and the confusion matrix they are computed from. */
export function reportOf(
  { classes, tally, outputs, calibration }: Tested,
): { report: Report; confusion: Confusion } {
  const { logits, labels } = outputs, count = classes.length;
  const temperature = calibration?.temperature ?? 1, isCalibrated = calibration?.bound === null;
  const matrix = confusionMatrix(count), area = auroc(count);
  const ece = calibrationError(count), likelihood = nll(count);
  const calibrated = calibrationError(count, undefined, temperature),
    likelihoodThen = nll(count, temperature);
  const metrics = [matrix, area, ece, likelihood, calibrated, likelihoodThen];
  for (const metric of metrics) metric.update(logits, labels);
  const areas = area.compute();
  const confusion = matrix.compute();
  const { samples, predicted, hits } = confusionTotals(confusion);
  const scores = f1Scores(confusion);
  const share = (part: number, whole: number) => whole === 0 ? null : part / whole;
  const report = {
    images: tally.rows,
    loss: tally.loss,
    acc_top1: tally.top1,
    acc_top5: tally.top5,
    f1_macro: scores?.macro ?? NaN,
    f1_micro: scores?.micro ?? NaN,
    f1_weighted: scores?.weighted ?? NaN,
    auroc_macro: areas.macro,
    ece: ece.compute() ?? NaN,
    nll: likelihood.compute() ?? NaN,
    temperature: isCalibrated ? temperature : null,
    ece_calibrated: isCalibrated ? calibrated.compute() : null,
    nll_calibrated: isCalibrated ? likelihoodThen.compute() : null,
    selective: coverageOf(logits, labels, { classes: count, temperature }),
    at_thresholds: calibration === undefined
      ? null
      : answeredBy(calibration.classes, logits, labels, { classes: count, temperature }),
    per_class: classes.map((label, i) => ({
      label,
      images: samples[i],
      recall: share(hits[i], samples[i]),
      precision: share(hits[i], predicted[i]),
      f1: scores?.perClass[i] ?? NaN,
      auroc: areas.perClass[i],
    })),
  };
  return { report, confusion };
}

/** Number of classes from which the table shows only the worst. */
const MOST_ROWS = 40, WORST = 15;

/** A share in percent. */
function percent(share: number | null): string {
  return share === null ? "-" : `${(100 * share).toFixed(1)} %`;
}

/** Coverage against accuracy: how right the surest answers are, and how many may be given at an accuracy. */
function coverageLines({ selective: { at_coverage, at_accuracy }, at_thresholds: given }: Report): string[] {
  const line = (cells: readonly string[]) => `        ${tableRow(cells, [8, 8, 10], [])}`;
  const row = ({ coverage, accuracy, confidence }: CoverageRow) =>
    line([percent(coverage), percent(accuracy), percent(confidence)]);
  const whole = (share: number) => `${Number((100 * share).toFixed(1))} %`;
  const reached = at_accuracy.filter(({ accuracy }) => accuracy !== null);
  const others = at_accuracy.filter(({ accuracy }) => accuracy === null).map(({ wanted }) => whole(wanted));
  return [
    "        if only the surest are answered:",
    line(["answered", "right", "confidence"]),
    ...at_coverage.map(row),
    ...reached.map((one) => `${row(one)}   the most with ${whole(one.wanted)} right`),
    ...(others.length > 0
      ? [`        at no confidence are ${others.join(" or ")} of the answers right`]
      : []),
    ...(given === null ? [] : [
      `        with the thresholds in its file: ${
        given.accuracy === null
          ? "none answered"
          : `${percent(given.coverage)} answered, ${percent(given.accuracy)} of them right`
      }`,
    ]),
  ];
}

/** The table of classes, and the overall metrics. */
export function reportLines(report: Report): string[] {
  const { per_class: rows, f1_macro, auroc_macro, ece, ece_calibrated, temperature } = report;
  const isCut = rows.length > MOST_ROWS;
  const shown = isCut
    ? rows.filter(({ images }) => images > 0).sort((a, b) => a.f1 - b.f1).slice(0, WORST)
    : rows;
  const width = Math.min(32, largest(shown.map(({ label }) => printable(label).length), 5));
  const line = (cells: readonly string[]) =>
    `        ${tableRow(cells, [width, ...Array(cells.length - 1).fill(9)])}`;
  return [
    `        macro F1 ${percent(f1_macro)}  macro AUROC ${percent(auroc_macro)}  calibration error ${
      percent(ece)
    }`,
    ...(temperature === null ? [] : [
      `        at temperature ${temperature.toFixed(2)}, of its file: calibration error ${
        percent(ece_calibrated)
      }`,
    ]),
    "",
    ...(isCut ? [`        the ${shown.length} worst of ${rows.length} classes, by F1`] : []),
    line(["class", "images", "recall", "precision", "F1"]),
    ...shown.map(({ label, images, recall, precision, f1 }) =>
      line([
        printable(label).slice(0, width),
        String(images),
        percent(recall),
        percent(precision),
        percent(f1),
      ])
    ),
    "",
    ...coverageLines(report),
  ];
}

/** A row for each image: its file, its class, the prediction and its confidence, calibrated if the file says how. */
export function predictionsCsv({ classes, outputs, files, calibration }: Tested): string {
  const { logits, labels, indices } = outputs;
  const predicted = argmax(logits, classes.length);
  const { total } = rowScales(logits, classes.length, calibration?.temperature);
  const rows = Array.from(labels, (label, row) => [
    files[indices[row]],
    classes[label],
    classes[predicted[row]],
    (1 / total[row]).toFixed(6),
  ]);
  return csvText([["file", "true", "predicted", "confidence"], ...rows]);
}
