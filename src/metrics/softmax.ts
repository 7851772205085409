/**
 * Probabilities of each row, exp(x_c / T) / sum exp(x / T), in float64 after subtracting the row's maximum.
 *
 * @param logits [N, C], row-major
 * @param temperature T, above 0: the higher, the less sure
 * @returns [N, C]; a row with NaN or +Infinity is NaN
 */
export function softmax(logits: Float32Array, classes: number, temperature = 1): Float64Array {
  const likelihood = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const shift = largest(logits, start, classes);
    let total = 0;
    for (let i = start; i < start + classes; i++) {
      total += likelihood[i] = Math.exp((logits[i] - shift) / temperature);
    }
    for (let i = start; i < start + classes; i++) likelihood[i] /= total;
  }
  return likelihood;
}

/** What turns logits [N, C] into probabilities without an array of them: p = exp((x - shift) / T) / total, in float64. */
export interface RowScales {
  /** The largest logit of each row, [N]; NaN if it contains a NaN. */
  readonly shift: Float64Array;
  /** The sum of exp((x - shift) / T) of each row, [N]. */
  readonly total: Float64Array;
}

/** The scales of each row at a temperature T. The largest probability of a row is 1 / total. */
export function rowScales(logits: Float32Array, classes: number, temperature = 1): RowScales {
  const rows = classes === 0 ? 0 : logits.length / classes;
  const shift = new Float64Array(rows), total = new Float64Array(rows);
  for (let row = 0, start = 0; row < rows; row++, start += classes) {
    shift[row] = largest(logits, start, classes);
    for (let i = start; i < start + classes; i++) {
      total[row] += Math.exp((logits[i] - shift[row]) / temperature);
    }
  }
  return { shift, total };
}

/** -log softmax(x / T)_label of the row at `start`, in float64, without rounding tiny probabilities to 0. */
export function negativeLogLikelihood(
  logits: Float32Array,
  start: number,
  classes: number,
  label: number,
  temperature = 1,
): number {
  const shift = largest(logits, start, classes);
  let total = 0;
  for (let i = start; i < start + classes; i++) total += Math.exp((logits[i] - shift) / temperature);
  return Math.log(total) + (shift - logits[start + label]) / temperature;
}

/** The largest value of a row; NaN if it contains a NaN. */
function largest(logits: Float32Array, start: number, classes: number): number {
  let best = logits[start];
  for (let i = start + 1; i < start + classes; i++) best = Math.max(best, logits[i]);
  return best;
}
