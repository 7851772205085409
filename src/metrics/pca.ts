/** Principal components (Pearson 1901), by subspace iteration: what a map of embeddings is drawn by. */

/** Iterations: an axis turns by less than 1e-6 long before that, unless two axes explain the same. */
const ITERATIONS = 60;

/**
 * The first two principal coordinates of `rows` rows of `columns` values, [rows, 2], and the share of the variance that
 * each explains. The sign of an axis is that in which its largest weight is positive. All zero where nothing varies.
 */
export function principalPlane(
  values: Float32Array,
  rows: number,
  columns: number,
): { readonly coordinates: Float32Array; readonly explained: readonly [number, number] } {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows * columns; i++) mean[i % columns] += values[i] / rows;
  const centred = Float64Array.from(
    values.subarray(0, rows * columns),
    (value, i) => value - mean[i % columns],
  );
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  const axes = [axisOf(columns, 0), axisOf(columns, 1)];
  for (let i = 0; i < ITERATIONS; i++) {
    for (const axis of axes) axis.set(timesTransposed(centred, times(centred, axis, rows), columns));
    const [first, second] = axes;
    normalise(first);
    const shared = dot(first, second);
    for (let k = 0; k < columns; k++) second[k] -= shared * first[k];
    normalise(second);
  }
  axes.forEach(turn);
  const scores = axes.map((axis) => times(centred, axis, rows));
  const coordinates = new Float32Array(2 * rows);
  scores.forEach((score, at) => score.forEach((value, row) => coordinates[2 * row + at] = value));
  const share = (at: number) => total === 0 ? 0 : dot(scores[at], scores[at]) / total;
  return { coordinates, explained: [share(0), share(1)] };
}

/** A start that no data is likely to be orthogonal to. */
function axisOf(columns: number, phase: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, k) => Math.cos(1 + k * (phase + 1) + phase));
}

function times(matrix: Float64Array, vector: Float64Array, rows: number): Float64Array {
  const columns = vector.length, product = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += matrix[row * columns + k] * vector[k];
    product[row] = sum;
  }
  return product;
}

function timesTransposed(matrix: Float64Array, vector: Float64Array, columns: number): Float64Array {
  const product = new Float64Array(columns);
  for (let row = 0; row < vector.length; row++) {
    for (let k = 0; k < columns; k++) product[k] += matrix[row * columns + k] * vector[row];
  }
  return product;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

function normalise(vector: Float64Array): void {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  for (let k = 0; k < vector.length; k++) vector[k] /= length;
}

function turn(axis: Float64Array): void {
  let largest = 0;
  for (let k = 1; k < axis.length; k++) if (Math.abs(axis[k]) > Math.abs(axis[largest])) largest = k;
  if (axis[largest] < 0) { for (let k = 0; k < axis.length; k++) axis[k] = -axis[k]; }
}
