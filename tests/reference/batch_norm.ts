/**
 * Batch norm over all but the last axis: y = (x - mean) / sqrt(var + eps) * weight + bias, per channel. x is
 * [M, C] with M = N * H * W. Source: Ioffe and Szegedy 2015; torch.nn.functional.batch_norm.
 */

/** Sizes and constants. */
export interface BatchNormShape {
  /** M, the values per channel. */
  rows: number;
  /** C. */
  channels: number;
  eps: number;
}

/** What a channel is normalised by; [C] each. */
export interface BatchNormParameters {
  weight: Float64Array;
  bias: Float64Array;
  runningMean: Float64Array;
  runningVar: Float64Array;
}

/** Gradients: dx [M, C], dweight [C], dbias [C]. */
export interface BatchNormGradients {
  dx: Float64Array;
  dweight: Float64Array;
  dbias: Float64Array;
}

/** Mean and biased variance of each channel, [C] each, in two passes. */
export function moments(
  x: Float64Array,
  { rows, channels }: BatchNormShape,
): { mean: Float64Array; variance: Float64Array } {
  const mean = new Float64Array(channels), variance = new Float64Array(channels);
  for (let i = 0; i < x.length; i++) mean[i % channels] += x[i] / rows;
  for (let i = 0; i < x.length; i++) variance[i % channels] += (x[i] - mean[i % channels]) ** 2 / rows;
  return { mean, variance };
}

function normalize(
  x: Float64Array,
  mean: Float64Array,
  variance: Float64Array,
  shape: BatchNormShape,
): Float64Array {
  return x.map((value, i) => {
    const c = i % shape.channels;
    return (value - mean[c]) / Math.sqrt(variance[c] + shape.eps);
  });
}

function scaleAndShift(normalized: Float64Array, { weight, bias }: BatchNormParameters): Float64Array {
  return normalized.map((value, i) => value * weight[i % weight.length] + bias[i % bias.length]);
}

/** Forward in training: y [M, C] by the batch's own moments, and the new running statistics (unbiased variance). */
export function batchNormTrain(
  x: Float64Array,
  parameters: BatchNormParameters,
  shape: BatchNormShape,
  momentum: number,
): { y: Float64Array; newRunningMean: Float64Array; newRunningVar: Float64Array } {
  const { rows } = shape;
  if (rows < 2) {
    throw new RangeError(`Cannot run batch norm as rows must be at least 2: current value is ${rows}`);
  }
  const { mean, variance } = moments(x, shape);
  const { runningMean, runningVar } = parameters;
  return {
    y: scaleAndShift(normalize(x, mean, variance, shape), parameters),
    newRunningMean: runningMean.map((old, c) => (1 - momentum) * old + momentum * mean[c]),
    newRunningVar: runningVar.map((old, c) =>
      (1 - momentum) * old + momentum * variance[c] * rows / (rows - 1)
    ),
  };
}

/** dweight = sum of dy * normalised x, dbias = sum of dy. */
function parameterGradients(
  normalized: Float64Array,
  dy: Float64Array,
  channels: number,
): { dweight: Float64Array; dbias: Float64Array } {
  const dweight = new Float64Array(channels), dbias = new Float64Array(channels);
  for (let i = 0; i < dy.length; i++) {
    dweight[i % channels] += dy[i] * normalized[i];
    dbias[i % channels] += dy[i];
  }
  return { dweight, dbias };
}

/** Backward in training; the batch's moments depend on x. */
export function batchNormTrainGradients(
  x: Float64Array,
  weight: Float64Array,
  dy: Float64Array,
  shape: BatchNormShape,
): BatchNormGradients {
  const { mean, variance } = moments(x, shape);
  const normalized = normalize(x, mean, variance, shape);
  const { dweight, dbias } = parameterGradients(normalized, dy, shape.channels);
  const dx = dy.map((value, i) => {
    const c = i % shape.channels;
    const scale = weight[c] / Math.sqrt(variance[c] + shape.eps);
    return scale * (value - dbias[c] / shape.rows - normalized[i] * dweight[c] / shape.rows);
  });
  return { dx, dweight, dbias };
}

/** Forward in evaluation: y [M, C] by the running statistics. */
export function batchNormEval(
  x: Float64Array,
  parameters: BatchNormParameters,
  shape: BatchNormShape,
): Float64Array {
  return scaleAndShift(normalize(x, parameters.runningMean, parameters.runningVar, shape), parameters);
}

/** Backward in evaluation; the running statistics are constants. */
export function batchNormEvalGradients(
  x: Float64Array,
  parameters: BatchNormParameters,
  dy: Float64Array,
  shape: BatchNormShape,
): BatchNormGradients {
  const { weight, runningMean, runningVar } = parameters;
  const normalized = normalize(x, runningMean, runningVar, shape);
  const dx = dy.map((value, i) => {
    const c = i % shape.channels;
    return value * weight[c] / Math.sqrt(runningVar[c] + shape.eps);
  });
  return { dx, ...parameterGradients(normalized, dy, shape.channels) };
}
