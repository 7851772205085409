/**
 * A separate program, started by `bench data`: streams an epoch of a dataset without a cache and prints, as JSON, how
 * much memory that takes above the idle process. Its argument is JSON: root, workers, prefetch and batch size.
 */
import process from "node:process";
import { batches } from "../src/data/loader.ts";
import { readDataset } from "../src/data/files/dataset.ts";
import { decodePool } from "../src/data/decode/decode_pool.ts";
import { inlineDecoder } from "../src/data/decode/decoder.ts";
import { PictureCache } from "../src/data/decode/picture_cache.ts";
import { picturesOf } from "../src/data/decode/picture_source.ts";
import { shuffledOrder } from "../src/data/sampler.ts";
import { openTree } from "../src/host/deno_files.ts";
import { denoPictures } from "../src/host/deno_pictures.ts";

/** What to stream. */
export interface StreamPlan {
  readonly root: string;
  readonly workers: number;
  readonly prefetch: number;
  readonly batchSize: number;
}

/** The memory it took. */
export interface StreamCost {
  readonly images: number;
  readonly seconds: number;
  /** Resident bytes before the first image, and at peak. */
  readonly idle: number;
  readonly peak: number;
}

/** Streams an epoch, as a consumer that takes no time. */
async function stream({ root, workers, prefetch, batchSize }: StreamPlan): Promise<StreamCost> {
  const host = denoPictures();
  const tree = await openTree(root);
  const { splits: { train: samples } } = await readDataset(tree);
  const decoder = workers > 0
    ? decodePool(tree, { workers, start: host.startThread })
    : inlineDecoder(tree, host.decode, { parallel: 2 * host.processors });
  const cache = await PictureCache.open({ kind: "none" });
  const pictures = picturesOf(samples, { decoder, cache, persistent: true });
  const idle = process.memoryUsage().rss;
  let peak = idle;
  const look = setInterval(() => peak = Math.max(peak, process.memoryUsage().rss), 5);
  const order = shuffledOrder(samples.length, 42, 0), started = performance.now();
  const pipeline = { draw: () => [] };
  for await (
    const _ of batches({ pictures, samples, order, batchSize, pipeline, seed: 42, epoch: 0, prefetch })
  ) peak = Math.max(peak, process.memoryUsage().rss);
  const seconds = (performance.now() - started) / 1000;
  clearInterval(look);
  decoder.close();
  return { images: samples.length, seconds, idle, peak };
}

if (import.meta.main) console.log(JSON.stringify(await stream(JSON.parse(process.argv[2]))));
