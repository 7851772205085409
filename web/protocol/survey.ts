/** What the network of the page's training makes of the dataset's images. */
import type { Split } from "../../src/data/types.ts";

/** A class on the held-out images; shares 0 .. 1, null where nothing counts. */
export interface ClassRow {
  readonly className: string;
  readonly images: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** Predictions for images; the i-th entries belong together. */
export interface Survey {
  readonly classes: readonly string[];
  readonly paths: readonly string[];
  readonly splits: readonly Split[];
  /** Class indices, [N]. */
  readonly labels: Uint32Array;
  readonly predicted: Uint32Array;
  /** Probability of the predicted class, [N]. */
  readonly confidence: Float32Array;
  /** By how much the probability of the best other class is above that of the label, [N]. */
  readonly margin: Float32Array;
  /** Principal coordinates of the penultimate layer, [N, 2], and the share of the variance of each. */
  readonly map: Float32Array;
  readonly explained: readonly [number, number];
  /** The split that no training saw, of which the rest says something. */
  readonly heldOut: Split;
  /** [classes, classes]: true, predicted. */
  readonly matrix: Uint32Array;
  readonly table: readonly ClassRow[];
  /** Bins of confidence: its mean, the share of right answers, the number of images. */
  readonly reliability: readonly {
    readonly confidence: number;
    readonly right: number;
    readonly images: number;
  }[];
  /** Expected calibration error, 0 .. 1; null without images. */
  readonly ece: number | null;
  /** The temperature that validation fitted, and the error with it; undefined if none was. */
  readonly calibrated: { readonly temperature: number; readonly ece: number } | undefined;
}
