/** The number of batches in an epoch, and their samples: batch sizes, the trainer's limits, overfitting. */
import { ConfigError } from "../base/errors.ts";
import { Float } from "../base/float.ts";
import type { Config } from "../config/mod.ts";
import type { BatchesOptions } from "../data/loader.ts";
import { rowsOf, type Share, WHOLE } from "../data/share.ts";
import type { Split } from "../data/types.ts";
import { layerCosts } from "../nn/layer_costs.ts";
import { architecture } from "../nn/models/mod.ts";

/** The batches of each split that a configuration asks for. */
export interface BatchPlan {
  /** Whether training uses a few batches in a fixed order, and validation the same ones. */
  readonly overfits: boolean;
  /** Images of an epoch's last batch that are left out because the batch is too small to train on. */
  readonly leavesOut: number;
  readonly evalBatchSize: number;
  /** The split whose samples are used to evaluate `split`. */
  sourceOf(split: Split): Split;
  /** The distinct sizes of training batches: the full size, and that of the last batch. */
  trainSizes(): number[];
  train(): Pick<BatchesOptions, "batchSize" | "share" | "dropLast" | "most">;
  evaluation(split: Split): Pick<BatchesOptions, "batchSize" | "share" | "most">;
}

/**
 * Plans batches for splits of `count(split)` samples, where a training epoch draws `drawn`. A last batch of fewer than
 * `least` images is left out. With a `share`, these are a rank's batches, which together with those of the others make
 * one; where `least` is more than 1, each rank needs so many of the last.
 * @throws ConfigError if that leaves nothing to train on
 */
export function planBatches(
  config: Config,
  count: (split: Split) => number,
  drawn: number,
  least = 1,
  share: Share = WHOLE,
): BatchPlan {
  const { batch_size: batchSize, eval_batch_size, drop_last: dropLast } = config.data;
  const overfits = Number(config.trainer.overfit_batches) !== 0;
  const evalBatchSize = overfits ? batchSize : eval_batch_size ?? batchSize;
  const sourceOf = (split: Split) => overfits && split === "valid" ? "train" : split;
  /** Samples drawn in a training epoch. */
  const epochSize = () => overfits ? count("train") : drawn;
  const all = (split: Split) => Math.ceil(count(split) / (evalBatchSize * share.size));
  /** Images that all ranks train on at a time, and the fewest. */
  const together = batchSize * share.size, fewest = least === 1 ? 1 : least * share.size;
  /** Batches of a split before any limit; an epoch of train may draw some of it only. */
  const batchesOf = (split: Split) => {
    if (split !== "train") return all(split);
    const isWhole = dropLast || epochSize() % together < fewest;
    return isWhole ? Math.floor(epochSize() / together) : Math.ceil(epochSize() / together);
  };
  const leavesOut = !dropLast && epochSize() % together > 0 && epochSize() % together < fewest;
  if (batchSize < least || leavesOut && epochSize() < together) {
    throw new ConfigError(
      `Cannot train on ${Math.min(batchSize, rowsOf(share, epochSize()))} image at a time: at ` +
        `${config.data.image_size} px ` +
        "the network's last layers have one value for each channel, and batch norm needs several; " +
        "raise data.batch_size or data.image_size, or add images",
    );
  }
  const most = (split: Split) => mostBatches(config, split, batchesOf(sourceOf(split)));
  return {
    overfits,
    leavesOut: leavesOut ? epochSize() % together : 0,
    evalBatchSize,
    sourceOf,
    trainSizes() {
      const sizes = sizesOf(epochSize(), together, most("train")).map((rows) => rowsOf(share, rows));
      return sizes.some((rows) => rows > 0) ? sizes.filter((rows) => rows > 0) : [least];
    },
    train: () => ({ batchSize, share, dropLast, most: most("train") }),
    evaluation: (split) => ({
      batchSize: evalBatchSize,
      share,
      most: split === "train" ? all(split) : most(split),
    }),
  };
}

/**
 * The smallest batch that the configured network can train on: 2 where batch norm would see one value for each channel
 * of one image, as PyTorch refuses too ("Expected more than 1 value per channel when training"), otherwise 1.
 */
export function leastBatch({ model, data }: Pick<Config, "model" | "data">): number {
  const { stages } = architecture({ name: model.name }, 1);
  const costs = layerCosts(stages.flat(), data.image_size);
  return costs.some(({ layer, output: [rows, columns] }) =>
      layer.kind === "batch_norm" && rows * columns === 1
    )
    ? 2
    : 1;
}

/** The distinct sizes of an epoch's batches: the full size, and that of the last batch. */
function sizesOf(samples: number, batchSize: number, batches: number): number[] {
  const rest = Math.min(batchSize, samples - (batches - 1) * batchSize);
  return [...new Set([...(batches > 1 ? [batchSize] : []), rest])];
}

/**
 * The number of a split's batches to use, given the trainer's limits.
 */
export function mostBatches({ trainer }: Pick<Config, "trainer">, split: Split, batches: number): number {
  const { fast_dev_run: fast, overfit_batches: overfit } = trainer;
  if (fast !== false) return Math.min(batches, Number(fast));
  const limits = {
    train: Number(overfit) === 0 ? trainer.limit_train_batches : overfit,
    valid: Number(overfit) === 0 ? trainer.limit_val_batches : overfit,
    test: trainer.limit_test_batches,
  };
  return Math.min(batches, amountOf(limits[split], batches));
}

/** The batches that a limit means, of so many: as in Lightning, a whole number is a count, and 1.0 is all. */
export function amountOf(limit: number | Float, batches: number): number {
  if (Number(limit) === 0) return 0;
  if (limit instanceof Float) return batches;
  return Number.isInteger(limit) ? limit : Math.max(1, Math.floor(batches * limit));
}
