/**
 * Data-parallel training: what the ranks that train one model together exchange around each step. A rank
 * differentiates its rows' part in the mean loss over the rows of all ranks, the parts of the gradient are summed, and
 * all ranks take the same step:
 *
 *   mean loss = sum over ranks of share * (mean loss of the rank's rows), share = its divisor / the sum of all
 *
 * All decisions follow from what was summed, so that they are the same on each rank.
 */
import { ConfigError } from "../base/errors.ts";
import type { Ranks } from "../base/ranks.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Loss } from "../nn/losses/loss.ts";
import type { Model } from "../nn/model.ts";
import type { JointRanks } from "../ops/batch_norm.ts";
import type { TrainBatch } from "./batch.ts";
import {
  BUCKET_CAP_MB,
  bucketsOf,
  type GradientLayout,
  type GradientSum,
  gradientSum,
  type SumValues,
} from "./gradient_sum.ts";
import { sumAsHalves } from "./half_sum.ts";
import { sharedResults } from "./shared_results.ts";
import type { StepResults } from "./step_results.ts";

/** A rank's part in a run. */
export interface DataParallel extends JointRanks {
  /** Whether batch norms normalise by the rows of all ranks. */
  readonly syncBatchNorm: boolean;
  /** The results of the steps, over the rows of all ranks. */
  readonly results: StepResults;
  /** True once one of the ranks was asked to stop; it becomes so between the same batches on all. */
  readonly isStopping: boolean;
  /** What this rank's rows count in the mean loss of the ranks' next batches; 0 if it has none. */
  share(batch: TrainBatch): Promise<number>;
  /** Says whether the next pass is over rows that count. */
  begin(batch: TrainBatch): void;
  /** What replaces a flat gradient with this layout by its sum over the ranks, each time it is complete. */
  sumOf(gradient: Tensor, layout: GradientLayout): GradientSum;
  /** Completes a sum, and the results of the batches with these shares. Waits for the GPU. */
  complete(sum: GradientSum, shares: readonly number[]): Promise<void>;
  /** Agrees whether to stop, between batches of an evaluation. */
  agree(): Promise<boolean>;
  /** Replaces what tensors hold by what they hold on rank 0. Waits for the GPU. */
  copyFromFirst(tensors: readonly Tensor[]): Promise<void>;
}

/** How gradients go over the wire, by PyTorch's names of DDP's communication hooks. */
export const COMM_HOOKS = ["fp16_compress_hook"] as const;

/** How a rank takes part. */
export interface DataParallelOptions {
  readonly ranks: Ranks;
  readonly loss: Loss;
  /** This rank's results. */
  readonly results: StepResults;
  readonly syncBatchNorm?: boolean | undefined;
  /** Mebibytes of gradients in one all-reduce; {@link BUCKET_CAP_MB} by default. */
  readonly bucketCapMb?: number | undefined;
  /** `fp16_compress_hook`: in f16, see half_sum.ts; by default as they are. */
  readonly commHook?: typeof COMM_HOOKS[number] | null | undefined;
  readonly replay: boolean;
  /** Aborted where this rank was asked to stop. */
  readonly signal: AbortSignal;
}

/** Creates a rank's part in a run. @throws ConfigError if batch norms would have to wait in steps that are not recorded */
export function dataParallel(
  { ranks, loss, signal, syncBatchNorm = false, bucketCapMb = BUCKET_CAP_MB, commHook, replay, ...options }:
    DataParallelOptions,
): DataParallel {
  if (syncBatchNorm && !replay) {
    throw new ConfigError(
      "Cannot use trainer.sync_batchnorm=true with trainer.replay=false because only recorded steps can wait in " +
        "their midst: leave one of them out",
    );
  }
  const results = sharedResults(options.results, ranks);
  const sum: SumValues = commHook ? (values) => sumAsHalves(ranks, values) : (values) => ranks.sum(values);
  let isStopping = false, hasRows = true;
  return {
    ranks,
    results,
    syncBatchNorm,
    get isStopping() {
      return isStopping;
    },
    get hasRows() {
      return hasRows;
    },
    async share({ target, count }) {
      const own = count === 0 ? 0 : loss.divisor?.(target) ?? count;
      const all = Float64Array.of(own, Number(signal.aborted));
      await ranks.sum(all);
      isStopping ||= all[1] > 0;
      return count === 0 ? 0 : own / all[0];
    },
    begin: ({ count }) => void (hasRows = count > 0),
    sumOf: (gradient, layout) => gradientSum(gradient, bucketsOf(layout, bucketCapMb), sum),
    async complete(sum, shares) {
      const [rows] = await Promise.all([results.own(), sum.complete()]); // GPU sync point
      await results.join(rows, shares);
    },
    async agree() {
      const asked = Float64Array.of(Number(signal.aborted));
      await ranks.sum(asked);
      return isStopping ||= asked[0] > 0;
    },
    copyFromFirst: (tensors) => copyFromFirst(ranks, tensors),
  };
}

/** Replaces what tensors hold by what they hold on rank 0. Collective; waits for the GPU. */
export async function copyFromFirst(ranks: Ranks, tensors: readonly Tensor[]): Promise<void> {
  for (const tensor of tensors) {
    const own = ranks.rank === 0 ? new Uint8Array(await tensor.readBytes()) : undefined; // GPU sync point
    const bytes = await ranks.broadcast(own);
    if (ranks.rank > 0) tensor.write(bytes);
  }
}

/** The same with a model's parameters and running statistics. */
export async function copyModelFromFirst(ranks: Ranks, { parameters }: Model): Promise<void> {
  const { values, statistics } = parameters;
  await copyFromFirst(ranks, [values, statistics]); // GPU sync point
  values.device.scope(() => parameters.copyHalves());
}
