/**
 * Coverage against accuracy: a model that answers only the images that it is surest of answers fewer, and is more often
 * right (selective classification: Geifman and El-Yaniv 2017). The area under the risk-coverage curve, AURC, is the
 * mean error rate over the k surest images, for k of 1 to N; of two models the one with less knows better when it is wrong.
 */
import { argmax } from "./accuracy.ts";
import { requireBatch } from "./rows.ts";
import { rowScales } from "./softmax.ts";

/** Answers to the surest images. Shares are 0 .. 1. */
export interface CoverageRow {
  /** The coverage, or the accuracy, that was looked for. */
  readonly wanted: number;
  /** Share of the images that are answered; 0 if no coverage is accurate enough. */
  readonly coverage: number;
  /** Share of the answers that are right; null without any. */
  readonly accuracy: number | null;
  /** The least confidence of an answer; null without any. */
  readonly confidence: number | null;
}

/** What a model's confidences are worth. */
export interface Coverage {
  /** The area under the risk-coverage curve; null without any image. */
  readonly aurc: number | null;
  /** For each share of images to answer, the surest ones; equally sure ones are answered together. */
  readonly at_coverage: readonly CoverageRow[];
  /** For each accuracy, the largest coverage that reaches it. */
  readonly at_accuracy: readonly CoverageRow[];
}

/** Shares of images, and accuracies, that are looked up. */
const COVERAGES = [1, .9, .8, .7, .6, .5], ACCURACIES = [.9, .95, .99];

/**
 * Coverage against accuracy by the confidences of softmax(logits / temperature).
 *
 * @param logits [N, C], row-major
 * @param labels [N], each in 0 .. C-1
 * @throws TypeError for a shape, RangeError for a label out of range
 */
export function coverageOf(
  logits: Float32Array,
  labels: ArrayLike<number>,
  { classes, temperature = 1 }: { readonly classes: number; readonly temperature?: number },
): Coverage {
  requireBatch("coverage", logits, labels, classes);
  const curve = riskCurve(logits, labels, classes, temperature), count = labels.length;
  const pointAt = (wanted: number) => curve.find(({ coverage }) => coverage >= wanted - 1 / (2 * count));
  return {
    aurc: areaUnder(curve, count),
    at_coverage: COVERAGES.flatMap((wanted) => {
      const point = pointAt(wanted);
      return point === undefined ? [] : [{ wanted, ...point }];
    }),
    at_accuracy: ACCURACIES.map((wanted) => {
      const point = curve.findLast(({ accuracy }) => accuracy >= wanted);
      return { wanted, ...point ?? { coverage: 0, accuracy: null, confidence: null } };
    }),
  };
}

interface CurvePoint {
  readonly coverage: number;
  readonly accuracy: number;
  readonly confidence: number;
}

/** A point for each confidence that occurs, the surest first. */
function riskCurve(
  logits: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  temperature: number,
): CurvePoint[] {
  if (labels.length === 0) return [];
  const predicted = argmax(logits, classes), { total } = rowScales(logits, classes, temperature);
  const order = [...predicted.keys()].sort((a, b) => total[a] - total[b]);
  const curve: CurvePoint[] = [];
  let right = 0;
  for (const [i, row] of order.entries()) {
    right += Number(predicted[row] === labels[row]);
    if (i + 1 < order.length && total[order[i + 1]] === total[row]) continue;
    const answers = i + 1;
    curve.push({
      coverage: answers / order.length,
      accuracy: right / answers,
      confidence: 1 / total[row],
    });
  }
  return curve;
}

/** The mean error rate over the k surest; the errors of equally sure images are spread evenly over them. */
function areaUnder(curve: readonly CurvePoint[], count: number): number | null {
  if (count === 0) return null;
  let answers = 0, wrong = 0, area = 0;
  for (const { coverage, accuracy } of curve) {
    const until = Math.round(coverage * count), wrongBy = (1 - accuracy) * until;
    const each = (wrongBy - wrong) / (until - answers);
    for (let k = answers + 1; k <= until; k++) area += (wrong + each * (k - answers)) / k;
    [answers, wrong] = [until, wrongBy];
  }
  return area / count;
}
