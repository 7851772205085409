/** Opens the configured data: decoded images and batches. */
import { DataError } from "../base/errors.ts";
import type { Config } from "../config/mod.ts";
import { type Augmenter, augmenter } from "../data/gpu/augmenter.ts";
import { batches, type BatchesOptions } from "../data/loader.ts";
import { type PictureStore, pictureStore } from "../data/decode/picture_store.ts";
import { scanFiles, type ScannedFiles } from "../data/decode/scan.ts";
import { describeUnreadable } from "../data/decode/unreadable.ts";
import type { Share } from "../data/share.ts";
import { type DrawnEpoch, type Sampler, sampler as createSampler, sequentialOrder } from "../data/sampler.ts";
import type { Pipeline } from "../data/transforms/pipeline.ts";
import type { PictureSupply } from "../data/decode/picture_source.ts";
import { type Dataset, type FileTree, type Picture, type Split, SPLITS } from "../data/types.ts";
import { reductionOf } from "../data/transforms/kept_size.ts";
import type { Reduction } from "../data/transforms/reduction.ts";
import type { Step } from "../data/transforms/transform.ts";
import type { Device } from "../core/device.ts";
import { mib } from "../base/byte_size.ts";
import { rng } from "../base/rng.ts";
import type { EpochBatches } from "../train/run.ts";
import { leastBatch, planBatches } from "./batch_plan.ts";
import { HIDDEN } from "../data/files/account.ts";
import { requireUsable } from "../data/files/dataset.ts";
import { few } from "../base/few.ts";
import { counted } from "../data/words.ts";
import { type DataFingerprint, dataFingerprint } from "../data/files/data_fingerprint.ts";
import type { Host } from "./host.ts";
import { configuredPipelines, describeReduced, type Pipelines } from "./kept_sizes.ts";
import { openDataset } from "./open_dataset.ts";
import { openSupply } from "./open_pictures.ts";

/** A dataset whose files have been examined. */
export interface OpenData extends Disposable {
  readonly dataset: Dataset;
  readonly classes: readonly string[];
  readonly evalPipeline: Pipeline;
  readonly fingerprint: DataFingerprint;
  readonly tree: FileTree;
  /** What the beginnings of its files tell. */
  readonly scanned: ScannedFiles;
  /** Number of a split's samples, of which some may still turn out to be unreadable. */
  count(split: Split): number;
  /** The labels of a split's samples. */
  store(split: Split): PictureStore;
  /** A sample's image as in `evaluate`, but not normalised; undefined if it can no longer be read. */
  picture(split: Split, index: number): Promise<Picture | undefined>;
  /** The path of a sample's file. */
  pathOf(split: Split, index: number): string;
  /** Draws the training epochs; undefined if train was not opened. */
  readonly sampler: Sampler | undefined;
  /** Augmented batches of the samples drawn from the train split, beginning with batch `from`. */
  train(epoch: number, from?: number): EpochBatches;
  /** Batches of a split in order, prepared with the evaluation transforms, or another view of the same images. */
  evaluate(split: Split, view?: Pipeline): EpochBatches;
  /** The sizes of training batches: the full size, and that of an epoch's last batch. */
  readonly batchSizes: readonly number[];
  /** Images of an epoch's last batch that are left out because the batch is too small to train on. */
  readonly leavesOut: number;
  readonly evalBatchSize: number;
  /** Where its images come from. */
  readonly supply: PictureSupply;
}

/**
 * Generates or opens the dataset, reads its splits, scans their files, and prints what it found. Images are decoded
 * as they are needed, and what only shows then is printed after the epoch. Disposing of the result stops the decoder's
 * threads and closes the cache. Batches become images on `device`; evaluation prepares them with `evalSteps`, or as
 * configured.
 * @throws DataError, ConfigError
 */
export async function openData(
  host: Host,
  config: Config,
  device: Device,
  splits: readonly Split[],
  { evalSteps, share, ...view }: DataView = {},
): Promise<OpenData> {
  const pipelines = configuredPipelines(config, evalSteps);
  const reduction = (split: Split) => reductionOf(config.data, pipelines, split);
  const opened = await openPictures(host, config, splits, { ...view, reduction });
  try {
    const images = augmenter(device, {
      imageSize: config.data.image_size,
      note: (line) => host.print(`  note: ${line}`),
    });
    const data = assemble(config, opened, await opened.fingerprint(), images, pipelines, share);
    if (data.leavesOut > 0) {
      const images = counted(data.leavesOut, "image"), ranks = share ? ` on ${share.size} ranks` : "";
      host.print(
        `  note: the last batch of an epoch is left out: batch norm cannot train on ${images}${ranks}`,
      );
    }
    return data;
  } catch (error) {
    opened[Symbol.dispose]();
    throw error;
  }
}

/** How batches of a dataset are made. */
interface DataView extends DatasetView {
  /** The transforms of evaluation; by default the configured ones. */
  readonly evalSteps?: readonly Step[] | undefined;
  /** The rank whose batches they are, where several train one model. */
  readonly share?: Share | undefined;
}

/** A dataset's splits with their images as decoded. */
export interface OpenPictures extends Disposable {
  readonly dataset: Dataset;
  /** The splits that were opened. */
  readonly splits: readonly Split[];
  store(split: Split): PictureStore;
  readonly supply: PictureSupply;
  readonly tree: FileTree;
  readonly scanned: ScannedFiles;
  /** Prints which files of a split were found to be unreadable since the last call, and what became of them. */
  sayNews(split: Split, became?: string): void;
  fingerprint(): Promise<DataFingerprint>;
}

/** How a dataset is looked at. */
export interface DatasetView {
  /** The classes that count, such as a model's; by default those of train. */
  readonly classes?: readonly string[] | undefined;
  /** The samples that make the test split; by default its own. */
  readonly tested?: Split | "all";
  /** To what size the images of a split are reduced; by default none is. */
  readonly reduction?: (split: Split) => Reduction | undefined;
}

/** The dataset with another split, or all of them, in the place of the test split. */
function testedOn(dataset: Dataset, tested: Split | "all"): Dataset {
  const { splits } = dataset;
  const test = tested === "all" ? SPLITS.flatMap((split) => splits[split]) : splits[tested];
  return { ...dataset, splits: { ...splits, test } };
}

/** @throws DataError if what is tested has none of the model's classes */
function requireTestable(dataset: Dataset, tested: Split | "all"): void {
  if (tested === "all" && SPLITS.some((split) => dataset.splits[split].length > 0)) return;
  requireUsable(dataset, tested === "all" ? SPLITS : [tested], "the model's");
}

/** Opens the dataset without batches, which needs no device. @throws DataError, ConfigError */
export async function openPictures(
  host: Host,
  config: Config,
  splits: readonly Split[],
  { classes, tested = "test", reduction }: DatasetView = {},
): Promise<OpenPictures> {
  const { tree, dataset: read } = await openDataset(host, config, classes);
  if (classes !== undefined) requireTestable(read, tested);
  const dataset = tested === "test" ? read : testedOn(read, tested);
  for (const line of describeReading(dataset)) host.print(line);
  const supply = await openSupply(host, config, tree);
  try {
    const paths = new Set(splits.flatMap((split) => dataset.splits[split].map(({ path }) => path)));
    const scanned = await scanImages(host, config, tree, paths);
    const stores = new Map(splits.map((split) => {
      const reduced = { ...supply, reduction: reduction?.(split) };
      const store = pictureStore(tree, dataset.splits[split], scanned, reduced, storeOptions(config, split));
      return [split, store];
    }));
    const train = stores.get("train"), reduced = train && describeReduced(train);
    if (reduced !== undefined) host.print(`  note: ${reduced}`);
    const say = (split: Split, became?: string) => sayNews(host, split, stores.get(split)!, became);
    for (const split of splits) say(split);
    return {
      dataset,
      splits,
      store: (split) => stores.get(split)!,
      supply,
      tree,
      scanned,
      sayNews: say,
      fingerprint: () => dataFingerprint(tree, dataset),
      [Symbol.dispose]: () => supply.close(),
    };
  } catch (error) {
    supply.close();
    throw error;
  }
}

async function scanImages(host: Host, { data }: Config, tree: FileTree, paths: ReadonlySet<string>) {
  using progress = host.progress("looking at the beginnings of images", paths.size);
  return await scanFiles(tree, [...paths], { maxPixels: data.max_pixels, onProgress: progress.at });
}

function storeOptions({ data }: Config, split: Split) {
  const { max_unreadable: maxUnreadable, on_unreadable: onUnreadable, max_pixels: maxPixels } = data;
  return { split, maxUnreadable, onUnreadable, maxPixels };
}

function sayNews(host: Pick<Host, "print">, split: Split, store: PictureStore, became?: string): void {
  const unreadable = describeUnreadable(split, store.takeUnreadable(), became), ranges = store.takeRanges();
  if (unreadable !== undefined) host.print(unreadable, "warning");
  if (ranges !== undefined) host.print(`note    ${split}: ${ranges}`);
}

/** How a dataset was understood, what was left out, and the first files that are not used. */
export function describeReading({ understood, notes, ignored }: Dataset): string[] {
  const missed = ignored.filter(({ reason }) => reason !== HIDDEN);
  const unused = `${counted(missed.length, "file")} not used: ${
    few(missed.map(({ path, reason }) => `${path} (${reason})`))
  }; deno task stats lists them`;
  return [
    ...(understood === "" ? [] : [`  read as: ${understood}`]),
    ...[...notes, ...(missed.length === 0 ? [] : [unused])].map((note) => `  note: ${note}`),
  ];
}

/** One line about a dataset: counts, classes and size; `tested` is what the test split consists of. */
export function describeData(
  { dataset, store, supply }: Pick<OpenPictures, "dataset" | "store" | "supply">,
  splits: readonly Split[],
  tested: string = "test",
): string {
  const counts = splits.map((split) => `${split === "test" ? tested : split} ${store(split).samples.length}`)
    .join(", ");
  const bytes = splits.reduce((sum, split) => sum + store(split).bytes, 0);
  return `${dataset.root}: ${dataset.classes.length} classes; ${counts} images (${mib(bytes)} decoded, ${
    KEPT[supply.cache.kindFor(bytes)]
  })`;
}

/** Where decoded images are kept, in words. */
const KEPT = { none: "not kept", ram: "kept in memory", disk: "kept on disk" } as const;

/** Requires at least two classes, since there is nothing to learn from one. @throws DataError */
export function requireTrainable({ classes, dataset }: OpenData): void {
  if (dataset.splits.train.length === 0) {
    throw new DataError(
      `Cannot train: ${dataset.root} has no train split; deno task eval tests a model on it`,
    );
  }
  if (dataset.isUnlabelled) {
    throw new DataError(
      `Cannot train: ${dataset.root} has no labels; give them by keyboard in deno task page, and its patch as data.patch=FILE`,
    );
  }
  if (classes.length >= 2) return;
  throw new DataError(
    `Cannot train: ${dataset.root} has one class only, ${classes.join(", ")}; need two or more`,
  );
}

/** Combines images, transforms and batch sizes. */
function assemble(
  config: Config,
  opened: OpenPictures,
  fingerprint: DataFingerprint,
  images: Augmenter,
  { train: trainPipeline, eval: evalPipeline, mixer }: Pipelines,
  share?: Share,
): OpenData {
  const { data: { sampler: drawing, prefetch }, seed } = config;
  const { dataset, splits, store, supply, tree, scanned, sayNews, [Symbol.dispose]: close } = opened;
  const { classes } = dataset;
  const sampler = splits.includes("train")
    ? createSampler(drawing, { samples: store("train").samples, classes, seed })
    : undefined;
  const count = (split: Split) => store(split).samples.length;
  const plan = planBatches(config, count, sampler?.length ?? 0, sampler ? leastBatch(config) : 1, share);
  const evaluated = (split: Split) => store(plan.sourceOf(split));
  return {
    dataset,
    classes,
    evalPipeline,
    fingerprint,
    count,
    store,
    sampler,
    batchSizes: sampler ? plan.trainSizes() : [],
    leavesOut: plan.leavesOut,
    evalBatchSize: plan.evalBatchSize,
    pathOf: (split, index) => evaluated(split).samples[index].path,
    async picture(split, index) {
      const [picture] = await evaluated(split).pictures.get([index]);
      return picture && evalPipeline.apply(picture, rng(seed));
    },
    supply,
    tree,
    scanned,
    [Symbol.dispose]: close,
    train(epoch, from) {
      const { pictures, samples } = store("train");
      const { order, drawn } = plan.overfits ? inOrder(samples.length) : sampler!.draw(epoch);
      const chosen = { pictures, samples, order, ...plan.train(), from };
      const said = () => sayNews("train", "trained on others in place of");
      return rendered(
        images,
        { ...chosen, pipeline: trainPipeline, mixer, seed, epoch, prefetch },
        said,
        drawn,
      );
    },
    evaluate(split, view = evalPipeline) {
      const { pictures, samples } = evaluated(split);
      const chosen = { pictures, samples, ...inOrder(samples.length), ...plan.evaluation(split) };
      const said = () => sayNews(plan.sourceOf(split));
      const how = { pipeline: view, seed, epoch: 0, prefetch, onUnreadable: "leave_out" } as const;
      return rendered(images, { ...chosen, ...how }, said);
    },
  };
}

/** All samples once, in order; nothing is drawn. */
function inOrder(samples: number): { order: ArrayLike<number>; drawn?: DrawnEpoch } {
  return { order: sequentialOrder(samples) };
}

/** Batches whose images are computed on the GPU when a step asks for them; `ended` is called after the last one. */
function rendered(
  images: Augmenter,
  options: BatchesOptions & { readonly pipeline: Pipeline },
  ended: () => void,
  drawn?: DrawnEpoch,
): EpochBatches {
  const made = batches(options), { normalization } = options.pipeline;
  return {
    length: made.length,
    ...(drawn && { drawn }),
    get waitedMs() {
      return made.waitedMs;
    },
    async *[Symbol.asyncIterator]() {
      try {
        for await (const batch of made) {
          const { target, indices, count } = batch;
          yield { target, indices, count, into: (tensor) => images.render(batch, normalization, tensor) };
        }
      } finally {
        ended();
      }
    },
  };
}
