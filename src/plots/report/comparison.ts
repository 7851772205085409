/** The contents of a comparison of runs. Shares are 0 .. 1; null means undefined or not measured. */
import type { Curve } from "./report.ts";

/** A run among others. */
export interface ComparedRun {
  /** The overrides that only some of the runs have, or its folder. */
  readonly name: string;
  /** A few characters that only this run has, for where many of them stand side by side. */
  readonly short: string;
  /** Relative to what is compared. */
  readonly folder: string;
  /** The overrides that only some of the runs have. */
  readonly own: string;
  /** "Interrupted after 2 of 4 epochs"; undefined if it ended well. */
  readonly status: string | undefined;
  /** Address of its report, relative to the comparison; undefined if it has none. */
  readonly href: string | undefined;
}

/** A job or run that did not end well. */
export interface UnfinishedRun {
  readonly name: string;
  readonly folder: string;
  readonly reason: string;
}

/** A column of the table of runs: a figure of each. */
export interface ComparedFigure {
  readonly name: string;
  readonly unit: "" | "%" | "s" | "images/s";
  /** Which way is better; undefined for what is neither. */
  readonly best: "max" | "min" | undefined;
  /** [runs] */
  readonly values: readonly (number | null)[];
}

/** A chart with a line for each run that has any values; `label` of a series is the run's position. */
export type ComparedCurve = Curve;

/** What a run predicted of a split. */
export interface ComparedResult {
  /** Position of the run. */
  readonly run: number;
  readonly split: "valid" | "test";
  /** "Validation, epoch 3". */
  readonly title: string;
  /** Position in {@link Comparison.classLists}. */
  readonly classes: number;
  /** Nonzero cells of the confusion matrix: true class, predicted class, samples. */
  readonly cells: readonly (readonly [truth: number, predicted: number, count: number])[];
}

/** A key of the configuration with its value in each run; null where a run has no such key. */
export interface ComparedKey {
  readonly key: string;
  /** [runs] */
  readonly values: readonly (string | null)[];
}

/** All contents of a comparison. */
export interface Comparison {
  /** What is compared: a folder, or several. */
  readonly title: string;
  /** Runs that measured something. */
  readonly runs: readonly ComparedRun[];
  readonly unfinished: readonly UnfinishedRun[];
  readonly figures: readonly ComparedFigure[];
  readonly curves: readonly ComparedCurve[];
  /** Keys whose values are not the same in all runs. */
  readonly config: readonly ComparedKey[];
  /** Every list of class names that a run has, once. */
  readonly classLists: readonly (readonly string[])[];
  readonly results: readonly ComparedResult[];
  /** When the comparison was made, as text. */
  readonly written: string;
}
