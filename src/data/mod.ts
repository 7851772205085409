/**
 * Datasets: files and archives to lists of images with labels, decoding with a cache, transforms as torchvision has
 * them, and batches. Nothing here needs a GPU.
 *
 * @example Read a dataset of files in memory
 * ```ts
 * import { memoryTree, readDataset } from "@wgrad/wgrad/data";
 *
 * const paths = ["train/cat/a.jpg", "train/dog/b.jpg", "val/cat/c.jpg", "test/dog/d.jpg"];
 * const tree = memoryTree("pets", new Map(paths.map((path) => [path, Uint8Array.of(1)])));
 * const { classes, splits } = await readDataset(tree);
 * console.assert(classes.join() === "cat,dog" && splits.train.length === 2);
 * ```
 *
 * @module
 */
export { type ArchiveOptions, archiveTree } from "./files/archives/tree.ts";
export { type ArchiveFile, type Keep } from "./files/archives/unpack.ts";
export { type ZipLimits } from "./files/archives/zip.ts";
export { classCounts, classWeights } from "./class_weights.ts";
export { type DatasetOptions, readDataset } from "./files/dataset.ts";
export { labelsMapping } from "./labels_mapping.ts";
export { type HostTarget, topClasses } from "./target.ts";
export { type Batch, type Batches, batches, type BatchesOptions } from "./loader.ts";
export { renderBatch, type RenderedBatch } from "./render.ts";
export { type BatchMix, type MixContext, type Mixer } from "./mixing/batch_mix.ts";
export { mixerOf, mixers } from "./mixing/mod.ts";
export { memoryTree } from "./files/memory_tree.ts";
export { scanFiles, type ScannedFiles, type ScanOptions, type Unreadable } from "./decode/scan.ts";
export { type PictureStore, pictureStore, type StoreOptions } from "./decode/picture_store.ts";
export { describeUnreadable } from "./decode/unreadable.ts";
export { decodePool, type DecodeThread, type PoolOptions } from "./decode/decode_pool.ts";
export { type Decoder, inlineDecoder, type InlineOptions } from "./decode/decoder.ts";
export { type CacheKind, type CacheOptions, PictureCache } from "./decode/picture_cache.ts";
export { inMemory, type PictureSource, type PictureSupply } from "./decode/picture_source.ts";
export { sequentialOrder, shuffledOrder } from "./sampler.ts";
export { drawJersey } from "./synthetic_jerseys/draw.ts";
export { generateSyntheticJerseys, type SyntheticJerseys } from "./synthetic_jerseys/generate.ts";
export { applyOperation, applyOperations } from "./transforms/apply.ts";
export { transforms } from "./transforms/mod.ts";
export type {
  AffineWarp,
  Blur,
  Box,
  Color,
  ColorStep,
  Interpolation,
  MixedChain,
  Noise,
  Operation,
  OperationOf,
  PerspectiveWarp,
  Size,
} from "./transforms/operation.ts";
export {
  defaultEvalSteps,
  defaultTrainSteps,
  type Pipeline,
  pipeline,
  type PipelineOptions,
  type Preprocessing,
} from "./transforms/pipeline.ts";
export {
  defineTransform,
  type Step as TransformStep,
  type Transform,
  type TransformContext,
  type TransformPlugin,
} from "./transforms/transform.ts";
export {
  type Dataset,
  type Decode,
  type EncodeJpeg,
  type FileTree,
  type FolderStore,
  IMAGENET,
  type Normalization,
  type Picture,
  type Sample,
  type Split,
  SPLITS,
} from "./types.ts";
