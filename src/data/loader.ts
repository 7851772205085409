/**
 * The batches of an epoch: which pictures, and what is to be done with each. Nothing is computed on pixels here: the
 * GPU (`gpu/`) or the processor (`render.ts`) makes the network's images of a batch.
 */
import { ConfigError } from "../base/errors.ts";
import { type Rng, rng } from "../base/rng.ts";
import type { Operation } from "./transforms/operation.ts";
import type { Pipeline } from "./transforms/pipeline.ts";
import type { Picture, Sample } from "./types.ts";

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
  readonly pipeline: Pick<Pipeline, "draw">;
  readonly seed: number;
  readonly epoch: number;
}

/** One batch: `operations[i]` is what is to be done to `pictures[i]`. */
export interface Batch {
  /** [count], as they were decoded. */
  readonly pictures: readonly Picture[];
  /** [count], in the order in which they are carried out. */
  readonly operations: readonly (readonly Operation[])[];
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
 * it depends neither on the batch size nor on the order. Where a sampler draws a sample again in the epoch, its k-th
 * repetition has the stream `k` below that: copies that all look the same would teach nothing.
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

function countBatches({ pictures, samples, order, batchSize, dropLast = false }: BatchesOptions) {
  if (pictures.length !== samples.length) {
    throw new RangeError(
      `Cannot make batches of ${samples.length} samples as there are ${pictures.length} pictures`,
    );
  }
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`Cannot make batches of ${batchSize} samples: need an integer of at least 1`);
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
  const streams = rng(options.seed, "augment", options.epoch);
  const repetitions = countRepetitions(options);
  for (let i = 0; i < length; i++) {
    const start = performance.now();
    const batch = makeBatch(options, i, streams, repetitions);
    time.waitedMs += performance.now() - start;
    yield batch;
  }
}

function makeBatch(options: BatchesOptions, i: number, streams: Rng, repetitions: Uint32Array): Batch {
  const { pictures, samples, order, batchSize } = options;
  const start = i * batchSize;
  const count = Math.min(batchSize, order.length - start);
  const indices = Uint32Array.from({ length: count }, (_, n) => order[start + n]);
  const positions = [...indices];
  return {
    operations: positions.map((position, n) => drawFor(options, position, streams, repetitions[start + n])),
    pictures: positions.map((position) => pictures[position]),
    labels: indices.map((position) => samples[position].label),
    indices,
    count,
  };
}

/** For each draw of the order, how often the same sample was drawn before it. */
function countRepetitions({ order, samples }: BatchesOptions): Uint32Array {
  const drawn = new Uint32Array(samples.length);
  return Uint32Array.from(order, (position) => drawn[position]++);
}

function drawFor(
  { pictures, samples, pipeline }: BatchesOptions,
  position: number,
  streams: Rng,
  repetition: number,
) {
  if (!(position in samples)) {
    throw new RangeError(`Cannot batch sample ${position}: need a position of 0 .. ${samples.length - 1}`);
  }
  try {
    const stream = repetition === 0 ? streams.fork(position) : streams.fork(position, repetition);
    return pipeline.draw(pictures[position], stream);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot prepare "${samples[position].path}": ${reason}`, { cause });
  }
}
