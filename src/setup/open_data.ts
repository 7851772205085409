/** From a configuration to decoded pictures and batches. */
import { sha256 } from "../base/sha256.ts";
import { type Config, pipelineSteps } from "../config/mod.ts";
import { type Augmenter, augmenter } from "../data/gpu/augmenter.ts";
import { type WatchedFiles, watchFiles } from "../data/health/watch.ts";
import { batches, type BatchesOptions } from "../data/loader.ts";
import { describeUnreadable, type PictureStore, scanPictures } from "../data/decode/pictures.ts";
import { type DrawnEpoch, type Sampler, sampler as createSampler, sequentialOrder } from "../data/sampler.ts";
import { type Pipeline, pipeline } from "../data/transforms/pipeline.ts";
import type { PictureSupply } from "../data/decode/picture_source.ts";
import { type Dataset, type FileTree, type Picture, type Split, SPLITS } from "../data/types.ts";
import type { Step } from "../data/transforms/transform.ts";
import type { Device } from "../core/device.ts";
import { mib } from "../core/pool.ts";
import { rng } from "../base/rng.ts";
import type { EpochBatches } from "../train/run.ts";
import type { Host } from "./host.ts";
import { openDataset } from "./open_dataset.ts";
import { openSupply } from "./open_pictures.ts";

/** A dataset whose files have been looked through. */
export interface OpenData extends Disposable {
  readonly dataset: Dataset;
  readonly classes: readonly string[];
  readonly evalPipeline: Pipeline;
  /** The same for the same classes and samples, in hexadecimal digits. */
  readonly fingerprint: string;
  /** What was seen of its files while they were read. */
  readonly watched: WatchedFiles;
  /** Samples of a split whose pictures could be read. */
  count(split: Split): number;
  /** Labels of a split's samples. */
  store(split: Split): PictureStore;
  /** A sample's picture as `evaluate` has it, not normalised. */
  picture(split: Split, index: number): Promise<Picture>;
  /** The file that it comes from. */
  pathOf(split: Split, index: number): string;
  /** Draws the epochs of train; undefined where train was not opened. */
  readonly sampler: Sampler | undefined;
  /** Augmented batches of what the sampler draws of the train split, from the `from`-th on. */
  train(epoch: number, from?: number): EpochBatches;
  /** Batches of a split in order, prepared by the evaluation transforms. */
  evaluate(split: Split): EpochBatches;
  /** Sizes of training batches: the full one, and that of the epoch's last. */
  readonly batchSizes: readonly number[];
  readonly evalBatchSize: number;
  /** Where its pictures come from. */
  readonly supply: PictureSupply;
}

/**
 * Draws or opens the dataset, reads its splits and decodes each of their pictures once, into the cache if there is
 * one; prints what it found. Disposing of it ends the decoder's threads and closes the cache. Batches are made
 * into images on `device`; evaluation prepares them by `evalSteps`, or as the configuration says.
 * @throws DataError, ConfigError
 */
export async function openData(
  host: Host,
  config: Config,
  device: Device,
  splits: readonly Split[],
  evalSteps?: readonly Step[],
): Promise<OpenData> {
  const opened = await openPictures(host, config, splits);
  try {
    const images = augmenter(device, {
      imageSize: config.data.image_size,
      note: (line) => host.print(`  note: ${line}`),
    });
    return assemble(config, opened, await fingerprintOf(opened.dataset), images, evalSteps);
  } catch (error) {
    opened[Symbol.dispose]();
    throw error;
  }
}

/** A dataset's splits with their pictures, as they were decoded. */
export interface OpenPictures extends Disposable {
  readonly dataset: Dataset;
  /** Those that were opened. */
  readonly splits: readonly Split[];
  store(split: Split): PictureStore;
  readonly supply: PictureSupply;
  readonly watched: OpenData["watched"];
}

/** The dataset without batches, which needs no device. @throws DataError, ConfigError */
export async function openPictures(
  host: Host,
  config: Config,
  splits: readonly Split[],
): Promise<OpenPictures> {
  const { tree: source, dataset } = await openDataset(host, config);
  const { tree, watched } = watchFiles(source);
  for (const note of dataset.notes) host.print(`  note: ${note}`);
  const supply = await openSupply(host, config, tree);
  try {
    const stores = await scanSplits(host, config, tree, dataset, supply, splits);
    return {
      dataset,
      splits,
      store: (split) => stores.get(split)!,
      supply,
      watched,
      [Symbol.dispose]: () => supply.close(),
    };
  } catch (error) {
    supply.close();
    throw error;
  }
}

async function scanSplits(
  host: Host,
  { data }: Config,
  tree: FileTree,
  dataset: Dataset,
  supply: PictureSupply,
  splits: readonly Split[],
): Promise<Map<Split, PictureStore>> {
  const { max_unreadable: maxUnreadable, on_unreadable: onUnreadable, max_pixels: maxPixels } = data;
  const stores = new Map<Split, PictureStore>();
  for (const split of splits) {
    const options = { split, maxUnreadable, onUnreadable, maxPixels };
    const store = await scanPictures(tree, dataset.splits[split], supply, options);
    const left = describeUnreadable(split, store.unreadable);
    if (left) host.print(left, "warning");
    stores.set(split, store);
  }
  const isDone = supply.cache.kind !== "none";
  if (isDone || !supply.persistent) supply.decoder.rest();
  return stores;
}

/** SHA-256 of class names and of each split's paths and labels. */
async function fingerprintOf({ classes, splits }: Dataset): Promise<string> {
  const text = JSON.stringify([
    classes,
    SPLITS.map((split) => splits[split].map(({ path, label }) => [path, label])),
  ]);
  return (await sha256(text)).toHex();
}

/** One line about a dataset: counts, classes and size. */
export function describeData(
  { dataset, store, supply }: Pick<OpenPictures, "dataset" | "store" | "supply">,
  splits: readonly Split[],
): string {
  const counts = splits.map((split) => `${split} ${store(split).samples.length}`).join(", ");
  const bytes = splits.reduce((sum, split) => sum + store(split).bytes, 0);
  return `${dataset.root}: ${dataset.classes.length} classes; ${counts} images (${mib(bytes)} decoded, ${
    KEPT[supply.cache.kind]
  })`;
}

/** Where decoded pictures are, for people. */
const KEPT = { none: "not kept", ram: "kept in memory", disk: "kept on disk" } as const;

/** Ties pictures, transforms and batch sizes together. */
function assemble(
  config: Config,
  { dataset, splits, store, supply, watched, [Symbol.dispose]: close }: OpenPictures,
  fingerprint: string,
  images: Augmenter,
  evalSteps?: readonly Step[],
): OpenData {
  const { data, seed } = config;
  const steps = pipelineSteps(config);
  const { image_size: imageSize, batch_size: batchSize, drop_last: dropLast, prefetch } = data;
  const trainPipeline = pipeline(steps.train, { imageSize, purpose: "train" });
  const evalPipeline = pipeline(evalSteps ?? steps.eval, { imageSize, purpose: "eval" });
  const count = (split: Split) => store(split).samples.length;
  const overfits = config.trainer.overfit_batches !== 0;
  const evalBatchSize = overfits ? batchSize : data.eval_batch_size ?? batchSize;
  const hasTrain = splits.includes("train");
  const sampler = hasTrain
    ? createSampler(data.sampler, { samples: store("train").samples, classes: dataset.classes, seed })
    : undefined;
  /** Where a split's evaluation takes its samples from: overfitting validates on what it trains on. */
  const sourceOf = (split: Split) => overfits && split === "valid" ? "train" : split;
  const evaluated = (split: Split) => store(sourceOf(split));
  const most = (split: Split) => mostBatches(config, split, batchesOf(sourceOf(split)));
  /** Samples that an epoch of train draws. */
  const epochSize = () => overfits ? count("train") : sampler?.length ?? 0;
  /** Batches of a split if none is left out. */
  const batchesOf = (split: Split) => {
    if (split !== "train") return Math.ceil(count(split) / evalBatchSize);
    return dropLast ? Math.floor(epochSize() / batchSize) : Math.ceil(epochSize() / batchSize);
  };
  return {
    dataset,
    classes: dataset.classes,
    evalPipeline,
    fingerprint,
    count,
    store,
    sampler,
    batchSizes: hasTrain ? sizesOf(epochSize(), batchSize, most("train")) : [],
    evalBatchSize,
    pathOf: (split, index) => evaluated(split).samples[index].path,
    async picture(split, index) {
      const [picture] = await evaluated(split).pictures.get([index]);
      return evalPipeline.apply(picture, rng(seed));
    },
    supply,
    watched,
    [Symbol.dispose]: close,
    train(epoch, from) {
      const { pictures, samples } = store("train");
      const { order, drawn } = overfits
        ? { order: sequentialOrder(samples.length), drawn: undefined }
        : sampler!.draw(epoch);
      const sizes = { batchSize, dropLast, most: most("train"), from };
      const options = { pictures, samples, order, ...sizes, pipeline: trainPipeline, seed, epoch, prefetch };
      return rendered(images, options, trainPipeline, drawn);
    },
    evaluate(split) {
      const { pictures, samples } = evaluated(split);
      const order = sequentialOrder(samples.length);
      const options = {
        pictures,
        samples,
        order,
        batchSize: evalBatchSize,
        most: most(split),
        pipeline: evalPipeline,
        seed,
        epoch: 0,
        prefetch,
      };
      return rendered(images, options, evalPipeline);
    },
  };
}

/** The sizes of an epoch's batches, each once: the full one, and that of the last. */
function sizesOf(samples: number, batchSize: number, batches: number): number[] {
  const rest = Math.min(batchSize, samples - (batches - 1) * batchSize);
  return [...new Set([...(batches > 1 ? [batchSize] : []), rest])];
}

/** The batches of a split that are used: all, or as the trainer's limits say (Lightning: above 1 a count, else a share). */
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

/** Batches whose images the GPU makes, when a step asks for them. */
function rendered(
  images: Augmenter,
  options: BatchesOptions,
  { normalization }: Pipeline,
  drawn?: DrawnEpoch,
): EpochBatches {
  const made = batches(options);
  return {
    length: made.length,
    ...(drawn && { drawn }),
    get waitedMs() {
      return made.waitedMs;
    },
    async *[Symbol.asyncIterator]() {
      for await (const batch of made) {
        const { labels, indices, count } = batch;
        yield { labels, indices, count, into: (target) => images.render(batch, normalization, target) };
      }
    },
  };
}
