/** The number of batches in an epoch, and their samples: batch sizes, the trainer's limits, overfitting. */
import type { Config } from "../config/mod.ts";
import type { BatchesOptions } from "../data/loader.ts";
import type { Split } from "../data/types.ts";

/** The batches of each split that a configuration asks for. */
export interface BatchPlan {
  /** Whether training uses a few batches in a fixed order, and validation the same ones. */
  readonly overfits: boolean;
  readonly evalBatchSize: number;
  /** The split whose samples are used to evaluate `split`. */
  sourceOf(split: Split): Split;
  /** The distinct sizes of training batches: the full size, and that of the last batch. */
  trainSizes(): number[];
  train(): Pick<BatchesOptions, "batchSize" | "dropLast" | "most">;
  evaluation(split: Split): Pick<BatchesOptions, "batchSize" | "most">;
}

/** Plans batches for splits of `count(split)` samples, where a training epoch draws `drawn`. */
export function planBatches(config: Config, count: (split: Split) => number, drawn: number): BatchPlan {
  const { batch_size: batchSize, eval_batch_size, drop_last: dropLast } = config.data;
  const overfits = config.trainer.overfit_batches !== 0;
  const evalBatchSize = overfits ? batchSize : eval_batch_size ?? batchSize;
  const sourceOf = (split: Split) => overfits && split === "valid" ? "train" : split;
  /** Samples drawn in a training epoch. */
  const epochSize = () => overfits ? count("train") : drawn;
  /** Batches of a split before any limit. */
  const batchesOf = (split: Split) => {
    if (split !== "train") return Math.ceil(count(split) / evalBatchSize);
    return dropLast ? Math.floor(epochSize() / batchSize) : Math.ceil(epochSize() / batchSize);
  };
  const most = (split: Split) => mostBatches(config, split, batchesOf(sourceOf(split)));
  return {
    overfits,
    evalBatchSize,
    sourceOf,
    trainSizes: () => sizesOf(epochSize(), batchSize, most("train")),
    train: () => ({ batchSize, dropLast, most: most("train") }),
    evaluation: (split) => ({ batchSize: evalBatchSize, most: most(split) }),
  };
}

/** The distinct sizes of an epoch's batches: the full size, and that of the last batch. */
function sizesOf(samples: number, batchSize: number, batches: number): number[] {
  const rest = Math.min(batchSize, samples - (batches - 1) * batchSize);
  return [...new Set([...(batches > 1 ? [batchSize] : []), rest])];
}

/**
 * The number of a split's batches to use, given the trainer's limits. As in Lightning, a limit above 1 is a
 * count and any other a share.
 */
export function mostBatches({ trainer }: Pick<Config, "trainer">, split: Split, batches: number): number {
  const { fast_dev_run: fast, overfit_batches: overfit } = trainer;
  if (fast !== false) return Math.min(batches, Number(fast));
  const limits = {
    train: overfit || trainer.limit_train_batches,
    valid: overfit || trainer.limit_val_batches,
    test: trainer.limit_test_batches,
  };
  const limit = limits[split];
  return limit > 1 ? Math.min(batches, limit) : limit === 0 ? 0 : Math.max(1, Math.floor(batches * limit));
}
