import { concatBytes } from "../base/bytes.ts";
import { batchNormApply } from "../../kernels/batch_norm_apply.ts";
import { batchNormDgrad } from "../../kernels/batch_norm_dgrad.ts";
import { batchNormDmerge } from "../../kernels/batch_norm_dmerge.ts";
import { batchNormDsums } from "../../kernels/batch_norm_dsums.ts";
import { batchNormMerge } from "../../kernels/batch_norm_merge.ts";
import { batchNormStatistics } from "../../kernels/batch_norm_statistics.ts";
import type { Activation } from "../../kernels/lib/activation.ts";
import { chunkCount, type MergeLanes, parallelLanes, SERIAL } from "../../kernels/lib/columns.ts";
import type { NormOptions } from "../../kernels/lib/normalization.ts";
import { batchNormSummary } from "../../kernels/batch_norm_summary.ts";
import type { Ranks } from "../base/ranks.ts";
import { formatShape } from "../base/shape.ts";
import { isSoftware, streamSource } from "../core/device.ts";
import { kernel, recordHostWork } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { elementType, imageShape, requireSame, requireShape } from "./checks.ts";

const chunkStatistics = kernel("batch_norm_statistics", batchNormStatistics);
const merge = kernel("batch_norm_merge", batchNormMerge);
const summary = kernel("batch_norm_summary", batchNormSummary);
const apply = kernel("batch_norm_apply", batchNormApply);
const dsums = kernel("batch_norm_dsums", batchNormDsums);
const dmerge = kernel("batch_norm_dmerge", batchNormDmerge);
const dgrad = kernel("batch_norm_dgrad", batchNormDgrad);

/** The parameters and running statistics of a batch norm, all f32 [C]. */
export interface BatchNormTensors {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
}

/** Ranks whose batch norms normalise by the rows of all of them (torch.nn.SyncBatchNorm). */
export interface JointRanks {
  readonly ranks: Ranks;
  /** False while the rows of this rank do not count; it takes part all the same. */
  readonly hasRows: boolean;
}

/** How a batch is normalised, and what follows in the same pass. */
export interface BatchNormOptions {
  /** Normalise by the batch and update the running statistics, or normalise by the running statistics. */
  readonly training: boolean;
  readonly eps?: number;
  readonly momentum?: number | undefined;
  /** The statistics of x from conv2dMeasured(), so that training need not read x for them. */
  readonly statistics?: Tensor | undefined;
  /** y = f(bn(x)) for an activation f. */
  readonly activation?: Activation | undefined;
  /** A tensor z like x, which is added before the activation, a ReLU if there is one: the end of a residual block. */
  readonly residual?: Tensor | undefined;
  /** In training, the ranks by whose rows it normalises; by default there are no others. Only in a recorded program. */
  readonly joint?: JointRanks | undefined;
}

/**
 * bn(x) = (x - mean) / sqrt(var + eps) * weight + bias for each channel (torch.nn.functional.batch_norm, channels
 * last), alone or with what follows. In training, mean and biased variance are over N, H and W; the running variance uses
 * the unbiased one. Saves x, in training the batch's mean and inverse standard deviation, and with `residual` and a ReLU
 * y.
 * @param x [N, H, W, C], in training with N * H * W > 1
 * @throws TypeError if the shapes do not fit, or if another activation than a ReLU follows the sum
 */
export function batchNorm(x: Tensor, tensors: BatchNormTensors, options: BatchNormOptions): Tensor {
  const { training, eps = 1e-5, activation, residual } = options;
  const type = elementType("batch_norm", x);
  const { n, h, w, c } = imageShape("batch_norm", "x", x);
  for (const [name, tensor] of Object.entries(tensors)) requireShape("batch_norm", name, tensor, "[C]", [c]);
  if (residual) requireSame("batch_norm", { x, residual });
  const { weight, bias, runningMean, runningVar } = tensors;
  if (residual && activation !== undefined && activation !== "relu") {
    throw new TypeError(
      `Cannot run batch_norm: only a ReLU can follow a sum, current activation is ${activation}`,
    );
  }
  const added = residual !== undefined;
  const operands = streamSource(x.device);
  const norm: NormOptions = {
    type,
    rows: n * h * w,
    channels: c,
    eps,
    training,
    added,
    activation,
    operands,
  };
  const running = { running_mean: runningMean, running_var: runningVar };
  const moments: Tensors = training ? { moments: measured(x, options, running, norm) } : running;
  const y = x.like("batch_norm");
  apply.run({ ...moments, weight, bias, x, ...(residual && { z: residual }), y }, norm);
  const inputs = [x, weight, bias, ...(residual ? [residual] : [])];
  return record(
    "batch_norm",
    inputs,
    y,
    (dy) => backward({ x, weight, bias, residual, y, moments, norm, joint: options.joint }, dy),
  );
}

/** Kernels' tensors by the names of their bindings. */
type Tensors = Readonly<Record<string, Tensor>>;

/** Mean and inverse standard deviation of the batch, [2, C]; updates the running statistics. */
function measured(
  x: Tensor,
  { statistics: given, momentum = .1, joint }: BatchNormOptions,
  running: Tensors,
  { type, rows, channels, eps, operands }: NormOptions,
): Tensor {
  if (rows === 1 && !joint) {
    throw new TypeError(
      `Cannot run batch_norm: training needs more than one value per channel, x is ${
        formatShape(x.shape)
      }; ` +
        `use a larger batch or data.drop_last=true`,
    );
  }
  const partial = given ?? empty(x.device, [chunkCount(rows), 4, channels], "f32", "batch norm chunks");
  if (given) {
    requireShape("batch_norm", "statistics", given, "[chunks, 4, C]", [given.shape[0], 4, channels]);
  } else {
    chunkStatistics.run({ x, partial }, { type, rows, channels, operands });
  }
  const moments = empty(x.device, [2, channels], "f32", "batch moments"), lanes = mergeLanes(x);
  const chunks = joint ? chunksOfRanks(partial, joint, { channels, lanes }) : partial;
  merge.run({ partial: chunks, moments, ...running }, { channels, eps, lanes, momentum });
  return moments;
}

/** One chunk of each rank's rows: [ranks, 4, C]. */
function chunksOfRanks(
  partial: Tensor,
  joint: JointRanks,
  options: { channels: number; lanes: MergeLanes },
): Tensor {
  const { device } = partial, { ranks } = joint, { channels } = options;
  const own = empty(device, [1, 4, channels], "f32", "batch norm chunk");
  const all = empty(device, [ranks.size, 4, channels], "f32", "batch norm chunks of ranks");
  summary.run({ partial, chunk: own }, options);
  recordHostWork(device, {
    name: "batch_norm_chunks_of_ranks",
    tensors: [own, all],
    reads: 1,
    async act([values]) {
      if (!joint.hasRows) values.fill(0);
      const parts = await ranks.gather(new Uint8Array(values.buffer));
      return [new Float32Array(concatBytes(parts).buffer)];
    },
  });
  return all;
}

/** The sums of dy * xhat and dy over all ranks, as many times as large as this one's share in the rows. */
function sumsOfRanks(dweight: Tensor, dbias: Tensor, rows: number, joint: JointRanks): [Tensor, Tensor] {
  const { device, size } = dweight;
  const sums = ["dy * xhat", "dy"].map((of) => empty(device, [size], "f32", `sums of ${of} over ranks`));
  recordHostWork(device, {
    name: "batch_norm_sums_of_ranks",
    tensors: [dweight, dbias, ...sums],
    reads: 2,
    async act(values) {
      const all = new Float64Array(2 * size + 1), own = joint.hasRows ? rows : 0;
      if (joint.hasRows) values.forEach((sums, i) => all.set(sums, i * size));
      all[2 * size] = own;
      await joint.ranks.sum(all);
      const share = own / all[2 * size]; // the kernel divides by this rank's rows
      return [0, size].map((start) =>
        Float32Array.from(all.subarray(start, start + size), (sum) => sum * share)
      );
    },
  });
  return [sums[0], sums[1]];
}

/** How the chunks of x are merged. */
function mergeLanes({ device, shape }: Tensor): MergeLanes {
  return isSoftware(device.adapter) ? SERIAL : parallelLanes(shape[3]);
}

/** What forward saves for backward. */
interface Saved {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly residual: Tensor | undefined;
  readonly y: Tensor;
  readonly moments: Tensors;
  readonly norm: NormOptions;
  readonly joint: JointRanks | undefined;
}

/** The gradients of x, weight, bias and the residual: one pass for the sums and dz, and one for dx. */
function backward({ x, weight, bias, residual, y, moments, norm, joint }: Saved, dy: Tensor) {
  const isActivated = !norm.added && norm.activation !== undefined;
  const isMasked = norm.added && norm.activation !== undefined;
  let sums: { dweight: Tensor; dbias: Tensor; dz: Tensor } | undefined;
  const reduced = () => {
    if (sums) return sums;
    const partial = empty(x.device, [chunkCount(norm.rows), 2, norm.channels], "f32", "batch norm chunks");
    const dz = isMasked ? gradientFor(residual!) : dy;
    const mask: Tensors = isMasked ? { y, dz } : isActivated ? { weight, bias } : {};
    dsums.run({ ...moments, x, dy, partial, ...mask }, norm);
    sums = { dweight: gradientFor(weight), dbias: gradientFor(bias), dz };
    dmerge.run({ partial, dweight: sums.dweight, dbias: sums.dbias }, {
      channels: norm.channels,
      lanes: mergeLanes(x),
    });
    return sums;
  };
  const sumsOverRows = () => {
    const { dweight, dbias } = reduced();
    if (!joint) return { dweight, dbias };
    const [ofWeight, ofBias] = sumsOfRanks(dweight, dbias, norm.rows, joint);
    return { dweight: ofWeight, dbias: ofBias };
  };
  const dx = () => {
    const masked = isMasked ? reduced().dz : dy;
    const means: Tensors = norm.training ? sumsOverRows() : {};
    const gradient = gradientFor(x);
    dgrad.run(
      { ...moments, weight, x, dy: masked, dx: gradient, ...(isActivated && { bias }), ...means },
      norm,
    );
    return gradient;
  };
  return [
    dx,
    () => reduced().dweight,
    () => reduced().dbias,
    ...(residual ? [() => isMasked ? reduced().dz : dy] : []),
  ];
}
