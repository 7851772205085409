/**
 * Temperature scaling: one number T for which softmax(logits / T) is as calibrated as it can be, by the likelihood of
 * labels that training has not seen (Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2). It
 * changes no prediction, only how sure each is.
 */
import { countClasses, requireLabel } from "./rows.ts";
import { rowScales } from "./softmax.ts";

/** What fitting a temperature found. */
export interface TemperatureFit {
  /** T; 1, so that confidences stay as they are, where there is no optimum within the {@link TEMPERATURES}. */
  readonly temperature: number;
  /** Standard error of T; null without an optimum. */
  readonly error: number | null;
  /** Where the likelihood still rises, if there is no optimum: it would have all confidences at 1, or at 1 / classes. */
  readonly bound: "low" | "high" | undefined;
}

/** The lowest and the highest temperature. */
export const TEMPERATURES = [.05, 20] as const;

const MOST_STEPS = 100, EPSILON = 1e-13;

/**
 * The temperature at which the mean of -log softmax(logits / T)_label is least. In 1 / T that is convex, so its only
 * optimum is found by Newton's method, within brackets.
 *
 * ```ts
 * const logits = Float32Array.of(4, 0, 4, 0, 0, 4, 0, 4); // [4, 2], each as sure as 98 %
 * const { temperature } = fitTemperature(logits, [0, 1, 1, 1]); // and one in four is wrong
 * const [confidence] = softmax(logits, 2, temperature); // 0.75
 * ```
 *
 * @param logits [N, C], row-major and finite
 * @param labels [N], each in 0 .. C-1
 * @throws RangeError without any sample, for a logit that is not finite or a label out of range; TypeError for a shape
 */
export function fitTemperature(logits: Float32Array, labels: ArrayLike<number>): TemperatureFit {
  const classes = countClasses("temperature", logits, labels);
  if (labels.length === 0) throw new RangeError("Cannot fit a temperature: there are no samples");
  if (!logits.every(Number.isFinite)) {
    throw new RangeError("Cannot fit a temperature: logits must be finite");
  }
  const { shift } = rowScales(logits, classes);
  const labelled = Float64Array.from(labels, (label, row) => {
    return logits[row * classes + requireLabel("temperature", label, classes, row)] - shift[row];
  });
  const slope = (inverse: number) => slopeAt(inverse, logits, shift, labelled);
  let low = 1 / TEMPERATURES[1], high = 1 / TEMPERATURES[0];
  if (slope(low).mean >= 0) return { temperature: 1, error: null, bound: "high" };
  if (slope(high).mean <= 0) return { temperature: 1, error: null, bound: "low" };
  let inverse = 1;
  for (let i = 0; i < MOST_STEPS; i++) {
    const { mean, curvature } = slope(inverse);
    if (mean < 0) low = inverse;
    else high = inverse;
    const newton = inverse - mean / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const isThere = Math.abs(next - inverse) <= EPSILON * inverse;
    inverse = next;
    if (isThere) break;
  }
  const { square, curvature } = slope(inverse);
  const error = Math.sqrt(square / labels.length) / curvature; // of 1 / T, whether or not the model is right (Huber)
  return { temperature: 1 / inverse, error: error / inverse ** 2, bound: undefined };
}

/** Of -log p(label) by 1 / T: mean of the first derivative, of its square, and of the second. */
interface Slope {
  readonly mean: number;
  readonly square: number;
  readonly curvature: number;
}

/** A row's first derivative is the expected logit less the label's, its second the variance of the logits. */
function slopeAt(
  inverse: number,
  logits: Float32Array,
  shift: Float64Array,
  labelled: Float64Array,
): Slope {
  const rows = labelled.length, classes = logits.length / rows;
  let mean = 0, square = 0, curvature = 0;
  for (let row = 0; row < rows; row++) {
    let total = 0, first = 0, second = 0;
    for (let i = row * classes; i < (row + 1) * classes; i++) {
      const below = logits[i] - shift[row], share = Math.exp(inverse * below);
      total += share;
      first += share * below;
      second += share * below * below;
    }
    const expected = first / total, slope = expected - labelled[row];
    mean += slope;
    square += slope * slope;
    curvature += second / total - expected * expected;
  }
  return { mean: mean / rows, square: square / rows, curvature: curvature / rows };
}
