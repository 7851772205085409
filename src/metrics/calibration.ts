/**
 * Calibration: whether predictions made with confidence p are right in a fraction p of the cases. Confidences, the
 * largest softmax probabilities, are sorted into bins of equal width (l, u]; the expected calibration error is sum
 * over bins of |accuracy - mean confidence| * fraction of the samples, with 15 bins as in Guo et al. 2017, "On
 * Calibration of Modern Neural Networks", section 2 (after Naeini et al. 2015).
 */
import { argmax, type LogitsMetric } from "./accuracy.ts";
import type { Accumulator } from "./metric.ts";
import { requireBatch } from "./rows.ts";
import { rowScales } from "./softmax.ts";

/** Samples by confidence: arrays with one value for each bin. */
export interface Reliability {
  readonly samples: Float64Array;
  /** Sum of the confidences. */
  readonly confidence: Float64Array;
  /** Correct predictions. */
  readonly hits: Float64Array;
}

const BINS = 15;

/** The bins of a reliability diagram, of softmax(logits / temperature). */
export function reliability(
  classes: number,
  bins = BINS,
  temperature = 1,
): Accumulator<[logits: Float32Array, labels: ArrayLike<number>], Reliability> {
  const samples = new Float64Array(bins), confidence = new Float64Array(bins), hits = new Float64Array(bins);
  return {
    update(logits, labels) {
      requireBatch("calibration", logits, labels, classes);
      const { total } = rowScales(logits, classes, temperature), predicted = argmax(logits, classes);
      for (let row = 0; row < predicted.length; row++) {
        const p = 1 / total[row];
        const bin = Number.isNaN(p) ? bins - 1 : Math.max(0, Math.ceil(p * bins) - 1);
        samples[bin]++;
        confidence[bin] += p;
        hits[bin] += Number(predicted[row] === labels[row]);
      }
    },
    compute: () => ({ samples: samples.slice(), confidence: confidence.slice(), hits: hits.slice() }),
    reset() {
      for (const values of [samples, confidence, hits]) values.fill(0);
    },
  };
}

/** Expected calibration error, 0 .. 1; null without any sample, NaN if a confidence is NaN. */
export function calibrationError(
  classes: number,
  bins = BINS,
  temperature = 1,
): LogitsMetric<number | null> {
  const gathered = reliability(classes, bins, temperature);
  return { ...gathered, direction: "min", compute: () => errorOf(gathered.compute()) };
}

/** The expected calibration error of samples in bins; null without any. */
export function errorOf({ samples, confidence, hits }: Reliability): number | null {
  const total = samples.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  return hits.reduce((sum, right, bin) => sum + Math.abs(right - confidence[bin]), 0) / total;
}
