/** Calibrations for tests. */
import type { Calibration } from "../../src/train/calibration.ts";

/** One of classes "00", "01" and "02", of which the last has no threshold, or as `given`. */
export function calibration(given: Partial<Calibration> = {}): Calibration {
  const none = { threshold: null, precision: null, recall: null, answers: null };
  return {
    split: "valid",
    images: 150,
    epoch: 3,
    step: 40,
    temperature: 1.25,
    temperature_error: .05,
    bound: null,
    ece: { before: .08, after: .02 },
    nll: { before: .7, after: .6 },
    min_precision: .95,
    classes: [
      { label: "00", threshold: .5, precision: .96, recall: .9, answers: 48, images: 50 },
      { label: "01", threshold: .75, precision: 1, recall: .2, answers: 10, images: 50 },
      { label: "02", ...none, images: 50 },
    ],
    ...given,
  };
}
