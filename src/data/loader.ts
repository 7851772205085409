/**
 * Batches for the network: pictures go through the pipeline, are normalised, and are laid out as [N, H, W, 4]. Work
 * for the next batches is done while the consumer waits for something else, such as the GPU.
 */
import { ConfigError } from "../base/errors.ts";
import { type Rng, rng } from "../base/rng.ts";
import { normalizer } from "./transforms/normalize.ts";
import type { Pipeline } from "./transforms/pipeline.ts";
import type { Normalization, Picture, Sample } from "./types.ts";

/** What to make batches of. */
export interface BatchesOptions {
  /** `pictures[i]` belongs to `samples[i]`. */
  readonly pictures: readonly Picture[];
  readonly samples: readonly Sample[];
  /** Positions in `samples`, in the order in which they are seen. */
  readonly order: ArrayLike<number>;
  readonly batchSize: number;
  /** Leaves out a last batch that is not full; false by default. */
  readonly dropLast?: boolean;
  readonly pipeline: Pipeline;
  /** The pipeline's own by default. */
  readonly normalization?: Normalization;
  readonly seed: number;
  readonly epoch: number;
  /** How many batches may be made ahead; 2 by default. */
  readonly prefetch?: number;
}

/** One batch. Its arrays are used again: they hold until the next batch is asked for. */
export interface Batch {
  /** [count, H, W, 4], channels R, G, B, 0. */
  readonly images: Float32Array;
  /** [count], class indices. */
  readonly labels: Uint32Array;
  /** [count], positions in the list of samples. */
  readonly indices: Uint32Array;
  readonly count: number;
}

/** The batches of one epoch, to be walked once. */
export interface Batches extends AsyncIterable<Batch> {
  /** The number of batches. */
  readonly length: number;
  /** Milliseconds that the consumer has waited for batches so far. */
  readonly waitedMs: number;
}

/**
 * The batches of one epoch. A sample's augmentation is drawn from `rng(seed, "augment", epoch, position)` alone, so
 * it depends neither on the batch size nor on prefetching nor on the order.
 *
 * Throws a ConfigError if dropLast would leave no batch, a RangeError for other unfit values.
 */
export function batches(options: BatchesOptions): Batches {
  const length = countBatches(options);
  const time = { waitedMs: 0 };
  return {
    length,
    get waitedMs() {
      return time.waitedMs;
    },
    [Symbol.asyncIterator]: () => walk(options, length, time),
  };
}

function countBatches(
  { pictures, samples, order, batchSize, dropLast = false, prefetch = 2 }: BatchesOptions,
) {
  if (pictures.length !== samples.length) {
    throw new RangeError(
      `Cannot make batches of ${samples.length} samples as there are ${pictures.length} pictures`,
    );
  }
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`Cannot make batches of ${batchSize} samples: need an integer of at least 1`);
  }
  if (!Number.isInteger(prefetch) || prefetch < 0) {
    throw new RangeError(`Cannot make ${prefetch} batches ahead: need an integer of at least 0`);
  }
  const length = dropLast ? Math.floor(order.length / batchSize) : Math.ceil(order.length / batchSize);
  if (length === 0 && order.length > 0) {
    throw new ConfigError(
      `Cannot make batches of ${batchSize} samples as there are ${order.length} and drop_last leaves none: ` +
        `lower data.batch_size to at most ${order.length}`,
    );
  }
  return length;
}

async function* walk(
  options: BatchesOptions,
  length: number,
  time: { waitedMs: number },
): AsyncGenerator<Batch> {
  const { prefetch = 2 } = options;
  const make = batchMaker(options);
  const ready: Batch[] = [];
  let made = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const workAhead = () => {
    timer = undefined;
    if (made === length || ready.length >= prefetch) return;
    try {
      ready.push(make(made));
    } catch {
      return; // it is made again, and its error thrown, when the consumer asks for it
    }
    made++;
    timer = setTimeout(workAhead, 0);
  };
  try {
    for (let i = 0; i < length; i++) {
      const start = performance.now();
      const batch = ready.shift() ?? make(made++);
      time.waitedMs += performance.now() - start;
      if (prefetch > 0) timer ??= setTimeout(workAhead, 0);
      yield batch;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Returns a function that makes batch i; of `prefetch + 1` sets of arrays it writes into each in turn. */
function batchMaker(options: BatchesOptions): (i: number) => Batch {
  const { samples, order, batchSize, pipeline, seed, epoch, prefetch = 2 } = options;
  const { imageSize } = pipeline;
  const pixels = imageSize * imageSize * 4;
  const normalize = normalizer(options.normalization ?? pipeline.normalization);
  const streams = rng(seed, "augment", epoch);
  const size = Math.min(batchSize, order.length);
  const slots = Array.from({ length: prefetch + 1 }, () => ({
    images: new Float32Array(size * pixels),
    labels: new Uint32Array(size),
    indices: new Uint32Array(size),
  }));
  return (i) => {
    const { images, labels, indices } = slots[i % slots.length];
    const start = i * batchSize;
    const count = Math.min(batchSize, order.length - start);
    for (let n = 0; n < count; n++) {
      const position = order[start + n];
      normalize(prepare(options, position, streams), images, n * pixels);
      labels[n] = samples[position].label;
      indices[n] = position;
    }
    return {
      images: images.subarray(0, count * pixels),
      labels: labels.subarray(0, count),
      indices: indices.subarray(0, count),
      count,
    };
  };
}

function prepare({ pictures, samples, pipeline }: BatchesOptions, position: number, streams: Rng): Picture {
  if (!(position in samples)) {
    throw new RangeError(`Cannot batch sample ${position}: need a position of 0 .. ${samples.length - 1}`);
  }
  try {
    return pipeline.apply(pictures[position], streams.fork(position));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot prepare "${samples[position].path}": ${reason}`, { cause });
  }
}
