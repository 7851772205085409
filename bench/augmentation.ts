/**
 * Part of `bench data`: from decoded images to normalised batches by the default training preset, on the GPU
 * and on the CPU, next to PyTorch's DataLoader if Python has torchvision.
 */
import type { Device } from "../src/core/device.ts";
import { persistent, type Tensor } from "../src/core/tensor.ts";
import { decodePool } from "../src/data/decode/decode_pool.ts";
import { type Augmenter, augmenter } from "../src/data/gpu/augmenter.ts";
import { type Batch, batches } from "../src/data/loader.ts";
import { PictureCache } from "../src/data/decode/picture_cache.ts";
import { inMemory, picturesOf, type PictureSource, readableOf } from "../src/data/decode/picture_source.ts";
import { renderBatch } from "../src/data/render.ts";
import { defaultTrainSteps, type Pipeline, pipeline } from "../src/data/transforms/pipeline.ts";
import type { FileTree, Sample } from "../src/data/types.ts";
import { compareMethods } from "./methods.ts";
import type { Column } from "./report.ts";
import { type Session, withDevice } from "./session.ts";
import { runPython, whyNoPython } from "./torch.ts";

const WORKERS = 2;
const BATCH = 64;
const SIZE = 224;

const COLUMNS: readonly Column[] = [
  { key: "what", head: "normalised batches from", width: 48, isText: true },
  { key: "ips", head: "images/s", width: 10 },
  { key: "ratio", head: "of PyTorch's", width: 13 },
];

/** What torch_loader.py prints. */
export interface LoaderRun {
  readonly version: string;
  readonly images: number;
  /** Of an epoch with the default training preset. */
  readonly seconds: number;
  /** Seconds of an epoch of decoding alone. */
  readonly decoding: number;
}

/** What processing a batch needs. */
interface BatchParts {
  readonly device: Device;
  readonly made: Augmenter;
  readonly images: Tensor;
  readonly prepare: Pipeline;
}

/** Times an epoch of each variant, PyTorch's first and last. */
export async function compareAugmentation(
  session: Session,
  root: string,
  tree: FileTree,
  samples: readonly Sample[],
  before: LoaderRun | undefined,
): Promise<void> {
  const { report, host } = session;
  const pool = decodePool(tree, { workers: WORKERS, start: host.pictures.startThread });
  const supply = { decoder: pool, cache: await PictureCache.open({ kind: "none" }), persistent: true };
  const streamed = picturesOf(samples, supply);
  const kept = inMemory((await readableOf(streamed, samples.map((_, i) => i))).pictures);
  const prepare = pipeline(defaultTrainSteps(), { imageSize: SIZE, purpose: "train" });
  const own = await withDevice(session, async (device) => {
    const images = persistent(device, [BATCH, SIZE, SIZE, 4], "f32", "images");
    const desk = { device, made: augmenter(device, { imageSize: SIZE }), images, prepare };
    const cached = await epochs(kept, samples, desk, onGpu(desk));
    const whole = await epochs(streamed, samples, desk, onGpu(desk));
    const twin = await epochs(kept, samples, desk, (batch) => void renderBatch(batch, prepare));
    return { cached, whole, twin };
  });
  pool.close();
  const after = before && await runLoader(session, root);
  const peer = before && after && (before.images / before.seconds + after.images / after.seconds) / 2;
  const print = report.table(
    `default training preset at ${SIZE} x ${SIZE}, ${samples.length} images`,
    COLUMNS,
  );
  const row = (what: string, ips: number) => print({ what, ips, ratio: peer && ips / peer });
  row("images in memory, on the GPU", own.cached);
  row(`files, num_workers=${WORKERS}, on the GPU`, own.whole);
  row("images in memory, on the CPU, 1 thread", own.twin);
  if (peer) row(`files, PyTorch ${before.version.split(",")[0]}, ${WORKERS} workers`, peer);
  report.note(
    "the faster of two epochs after a warm-up epoch; for PyTorch, the mean of a run before and one after",
  );
  await compareMethods(session, kept, samples);
}

function onGpu({ made, images, prepare }: BatchParts) {
  return (batch: Batch) => made.render(batch, prepare.normalization, images);
}

/** Images per second of the faster of two epochs. */
async function epochs(
  pictures: PictureSource,
  samples: readonly Sample[],
  { device, prepare }: BatchParts,
  render: (batch: Batch) => void,
): Promise<number> {
  const order = samples.map((_, i) => i);
  let best = Infinity;
  for (let epoch = 0; epoch < 3; epoch++) {
    const start = performance.now();
    const walked = batches({ pictures, samples, order, batchSize: BATCH, pipeline: prepare, seed: 1, epoch });
    for await (const batch of walked) render(batch);
    await device.gpu.queue.onSubmittedWorkDone();
    if (epoch > 0) best = Math.min(best, performance.now() - start);
  }
  return samples.length / best * 1000;
}

/** PyTorch's DataLoader on the images of a dataset; undefined, and said, where Python lacks torchvision. */
export async function runLoader({ options, report }: Session, root: string): Promise<LoaderRun | undefined> {
  const missing = await whyNoPython(options.python, "torchvision");
  if (missing !== undefined) {
    report.print(`torch    skipped: ${missing}; choose another Python with --python PATH`);
    return undefined;
  }
  const plan = { root, size: SIZE, batch: BATCH, workers: WORKERS, epochs: 2 };
  return await runPython<LoaderRun>(options.python, "torch_loader.py", plan);
}
