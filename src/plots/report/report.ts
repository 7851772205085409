/** What a run's report shows. Shares are 0 .. 1; null stands for what is not defined or was not measured. */

/** A line of a chart: [N] places in epochs and their values. */
export interface CurveSeries {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** Dots as well as lines: an epoch's values, of which there are few. */
  readonly dots: boolean;
  /** Belongs to the axis at the right. */
  readonly right?: boolean;
}

/** A chart over epochs. */
export interface Curve {
  readonly title: string;
  readonly unit: "" | "%" | "images/s";
  /** Can be shown with a logarithmic axis. */
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

/** A picture in the report. */
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

/** How a split was classified. */
export interface SplitResult {
  readonly split: "valid" | "test";
  /** "Validation, epoch 3". */
  readonly title: string;
  readonly samples: number;
  readonly loss: number | null;
  readonly top1: number | null;
  readonly top5: number | null;
  readonly f1: number | null;
  readonly auroc: number | null;
  /** Expected calibration error. */
  readonly ece: number | null;
  /** Cells of the confusion matrix that are not 0: true class, predicted class, samples. */
  readonly cells: readonly (readonly [truth: number, predicted: number, count: number])[];
  readonly classes: readonly ClassResult[];
  readonly pictures: readonly ReportPicture[];
  /** Indices of the samples that are shown from all over the split. */
  readonly spread: readonly number[];
}

/** A file of the run. */
export interface ReportFile {
  readonly path: string;
  /** From the report's folder; undefined where there is no way from there. */
  readonly href: string | undefined;
  readonly bytes: number | undefined;
}

/** Something that was found in the dataset. */
export interface HealthFinding {
  readonly severity: "error" | "warning" | "info";
  readonly title: string;
  /** What it means, and what to do about it. */
  readonly advice: string;
  /** Files or classes; of many the first ones. */
  readonly items: readonly string[];
  /** All of them. */
  readonly count: number;
}

/** All of it. */
export interface Report {
  /** The experiment. */
  readonly title: string;
  /** Where the run's files are. */
  readonly folder: string;
  /** "Finished after 4 epochs"; `isOver` is false while the run may still go on. */
  readonly status: string;
  readonly isOver: boolean;
  /** Name and value: device, runtime, commit, seed. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** The overrides that the run was started with. */
  readonly overrides: readonly string[];
  /** Keys such as `trainer.max_epochs` and their values. */
  readonly config: readonly (readonly [key: string, value: string])[];
  /** What was found of the dataset's health; undefined if nobody looked. */
  readonly health: readonly HealthFinding[] | undefined;
  readonly classes: readonly string[];
  /** Samples of each class; empty if it is not known. */
  readonly splits: readonly { readonly name: string; readonly counts: readonly number[] }[];
  readonly curves: readonly Curve[];
  readonly results: readonly SplitResult[];
  readonly files: readonly ReportFile[];
  /** When the report was written, as text. */
  readonly written: string;
}
