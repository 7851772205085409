/** The contents of a run's report. Shares are 0 .. 1; null means undefined or not measured. */

/**
 * A line of a chart: [N] positions in epochs and their values. An epoch's end is at its number, counted from 0, so its
 * steps are before it.
 */
export interface CurveSeries {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** Draws dots as well as lines, for values by epoch, of which there are few. */
  readonly dots: boolean;
  /** Uses the axis on the right. */
  readonly right?: boolean;
}

/** A chart over epochs. */
export interface Curve {
  readonly title: string;
  readonly unit: "" | "%" | "images/s";
  /** Can use a logarithmic axis. */
  readonly log: boolean;
  readonly series: readonly CurveSeries[];
}

/** One class in an evaluation. */
export interface ClassResult {
  readonly support: number;
  readonly accuracy: number | null;
  readonly precision: number | null;
  readonly f1: number;
  readonly auroc: number | null;
}

/** An image in the report. */
export interface ReportPicture {
  /** Position in the split's samples. */
  readonly index: number;
  /** Class indices. */
  readonly truth: number;
  readonly predicted: number;
  readonly confidence: number;
  /** The file that it comes from. */
  readonly path: string;
  /** A JPEG file in base64. */
  readonly jpeg: string;
}

/** Images by confidence, in bins of equal width, and the expected calibration error. */
export interface Reliability {
  readonly ece: number | null;
  readonly bins: readonly { readonly images: number; readonly accuracy: number | null }[];
}

/** Answers to the surest images. */
export interface CoverageRow {
  /** The coverage, or the accuracy, that was looked for. */
  readonly wanted: number;
  readonly coverage: number;
  readonly accuracy: number | null;
  /** The least of an answer. */
  readonly confidence: number | null;
}

/** Coverage against accuracy. */
export interface Coverage {
  /** The area under the risk-coverage curve. */
  readonly aurc: number | null;
  readonly at_coverage: readonly CoverageRow[];
  readonly at_accuracy: readonly CoverageRow[];
}

/** What the validation said of the confidences. */
export interface Calibrated {
  /** "temperature 1.25 ± 0.05, by 394 validation images". */
  readonly text: string;
  readonly notes: readonly string[];
  readonly minPrecision: number;
  /** [classes]; null where no confidence is enough. */
  readonly thresholds: readonly {
    readonly threshold: number | null;
    readonly precision: number | null;
    readonly recall: number | null;
    readonly answers: number | null;
  }[];
}

/** The results of a split. */
export interface SplitResult {
  readonly split: "valid" | "test";
  /** "Validation, epoch 3". */
  readonly title: string;
  readonly samples: number;
  readonly loss: number | null;
  readonly top1: number | null;
  /** Null also for so few classes that it is always 1. */
  readonly top5: number | null;
  readonly f1: number | null;
  readonly auroc: number | null;
  /** Expected calibration error, of the confidences as the network gives them. */
  readonly ece: number | null;
  /** Accuracy by confidence; `after` with the temperature, if there is one. Absent in reports of older runs. */
  readonly reliability?:
    | { readonly before: Reliability; readonly after?: Reliability | undefined }
    | undefined;
  /** What the confidences are worth. Absent in reports of older runs. */
  readonly coverage?: Coverage | undefined;
  /** Nonzero cells of the confusion matrix: true class, predicted class, samples. */
  readonly cells: readonly (readonly [truth: number, predicted: number, count: number])[];
  readonly classes: readonly ClassResult[];
  readonly pictures: readonly ReportPicture[];
  /** Indices of the samples shown from across the split. */
  readonly spread: readonly number[];
}

/** A file of the run. */
export interface ReportFile {
  readonly path: string;
  /** Relative to the report's folder; undefined if there is no relative path. */
  readonly href: string | undefined;
  readonly bytes: number | undefined;
}

/** A finding about the dataset. */
export interface HealthFinding {
  readonly severity: "error" | "warning" | "info";
  readonly title: string;
  /** What it means, and what to do about it. */
  readonly advice: string;
  /** Files or classes, limited to the first ones. */
  readonly items: readonly string[];
  /** Number of all items. */
  readonly count: number;
}

/** All contents of a report. */
export interface Report {
  /** The experiment. */
  readonly title: string;
  /** The folder of the run's files. */
  readonly folder: string;
  /** "Finished after 4 epochs"; `isOver` is false while the run may still continue. */
  readonly status: string;
  readonly isOver: boolean;
  /** Name and value: device, runtime, commit, seed. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** The overrides with which the run was started. */
  readonly overrides: readonly string[];
  /** Keys such as `trainer.max_epochs` and their values. */
  readonly config: readonly (readonly [key: string, value: string])[];
  /** Findings about the dataset's health; undefined if it was not checked. */
  readonly health: readonly HealthFinding[] | undefined;
  readonly classes: readonly string[];
  /** Samples of each class; empty if unknown. */
  readonly splits: readonly { readonly name: string; readonly counts: readonly number[] }[];
  readonly curves: readonly Curve[];
  readonly results: readonly SplitResult[];
  /** Of the weights that the results are of; undefined if nothing calibrated them. */
  readonly calibrated?: Calibrated | undefined;
  /** What the model looks at, as a PNG file in base64; undefined if it was not drawn. */
  readonly looks: { readonly epoch: number; readonly png: string } | undefined;
  /** The loss by learning rate of a range test, as a PNG file in base64; undefined if it was a run. */
  readonly rates: string | undefined;
  readonly files: readonly ReportFile[];
  /** When the report was written, as text. */
  readonly written: string;
}
