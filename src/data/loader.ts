/**
 * The batches of an epoch: which images, and which operations for each. No pixels are computed here: the GPU
 * (`gpu/`) or the CPU (`render.ts`) turns a batch into the network's input.
 */
import { ConfigError, DataError, messageOf } from "../base/errors.ts";
import { type Rng, rng } from "../base/rng.ts";
import type { Operation } from "./transforms/operation.ts";
import type { Pipeline } from "./transforms/pipeline.ts";
import type { PictureSource } from "./decode/picture_source.ts";
import { type BatchMix, mixedTarget, type Mixer } from "./mixing/batch_mix.ts";
import { rowsOf, type Share, WHOLE } from "./share.ts";
import type { HostTarget } from "./target.ts";
import type { Picture, Sample } from "./types.ts";

/** Options of {@link batches}. */
export interface BatchesOptions {
  /** The decoded images, in the same order as `samples`. */
  readonly pictures: PictureSource;
  readonly samples: readonly Sample[];
  /** Positions in `samples`, in the order of training or evaluation. */
  readonly order: ArrayLike<number>;
  readonly batchSize: number;
  /** The rank that the batches are for, where several train one model; a batch of all is `size` times as large. */
  readonly share?: Share | undefined;
  /** Omits the last batch if it is not full; false by default. */
  readonly dropLast?: boolean;
  /** Maximum number of batches; unlimited by default. */
  readonly most?: number | undefined;
  /** The first batch to produce, 0 by default; `length` remains that of the full epoch. */
  readonly from?: number | undefined;
  readonly pipeline: Pick<Pipeline, "draw">;
  /** Mixes the images of each batch; nothing is mixed by default. */
  readonly mixer?: Mixer | undefined;
  readonly seed: number;
  readonly epoch: number;
  /** Number of batches to prepare ahead of the current one, 2 by default. */
  readonly prefetch?: number;
  /**
   * What becomes of a sample whose file cannot be read: "replace" (the default) takes the next one of its class that
   * can be, whenever the fault is found, so the batches of a seed are the same; "leave_out" makes the batch smaller.
   */
  readonly onUnreadable?: "replace" | "leave_out";
}

/** One batch; `operations[i]` apply to `pictures[i]`. */
export interface Batch {
  /** [count], as decoded. */
  readonly pictures: readonly Picture[];
  /** [count], each in the order of execution. */
  readonly operations: readonly (readonly Operation[])[];
  /** How its finished images are mixed; undefined if they are not. */
  readonly mix: BatchMix | undefined;
  /** `count` rows, those of mixed images if they are mixed. */
  readonly target: HostTarget;
  /** [count], positions in the list of samples. */
  readonly indices: Uint32Array;
  readonly count: number;
}

/** The batches of one epoch; can be iterated once. */
export interface Batches extends AsyncIterable<Batch> {
  /** The number of batches. */
  readonly length: number;
  /** Time that the consumer has spent waiting for batches so far, in milliseconds. */
  readonly waitedMs: number;
}

/**
 * Creates the batches of one epoch. A sample's augmentation depends only on `rng(seed, "augment", epoch,
 * position)`: the batch size, the order and the decoder make no difference. If a sampler draws a sample
 * several times in an epoch, its k-th repetition uses the substream `k` of that, because training on
 * identical copies teaches nothing.
 *
 * Ranks share out batches of `size * batchSize` samples, the same that one rank would see with such a batch size.
 * All have the same number of batches, the last of which may be empty; each mixes its own rows.
 *
 * Throws a ConfigError if dropLast would leave no batch, and a RangeError for other invalid values.
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

function countBatches(options: BatchesOptions): number {
  const { pictures, samples, order, batchSize, share = WHOLE, dropLast = false, prefetch = 2 } = options;
  if (pictures.length !== samples.length) {
    throw new RangeError(
      `Cannot make batches of ${samples.length} samples: there must be as many images, current are ${pictures.length}`,
    );
  }
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`Cannot make batches of ${batchSize} samples: need an integer of at least 1`);
  }
  if (!Number.isInteger(prefetch) || prefetch < 0) {
    throw new RangeError(`Cannot make ${prefetch} batches ahead: need an integer of at least 0`);
  }
  const all = batchSize * share.size;
  const length = dropLast ? Math.floor(order.length / all) : Math.ceil(order.length / all);
  if (length === 0 && order.length > 0) {
    const ofRanks = share.size > 1 ? ` for each of ${share.size} ranks` : "";
    throw new ConfigError(
      `Cannot make batches of ${batchSize} samples${ofRanks}: there are ${order.length}, and drop_last leaves none; ` +
        `lower data.batch_size to at most ${Math.floor(order.length / share.size)}`,
    );
  }
  return Math.min(length, options.most ?? Infinity);
}

async function* walk(
  options: BatchesOptions,
  length: number,
  time: { waitedMs: number },
): AsyncGenerator<Batch> {
  const streams = rng(options.seed, "augment", options.epoch);
  const repetitions = countRepetitions(options);
  const { pictures, share = WHOLE, prefetch = 2 } = options;
  const ahead: Promise<Batch>[] = [];
  let asked = options.from ?? 0;
  const ask = () => {
    const batch = makeBatch(options, asked++, streams, repetitions);
    batch.catch(() => {}); // an error is reported when the batch is due, if ever
    ahead.push(batch);
  };
  try {
    for (let i = asked; i < length; i++) {
      while (asked < length && asked <= i + prefetch) ask();
      const start = performance.now();
      const batch = await ahead.shift()!;
      time.waitedMs += performance.now() - start;
      if (batch.count > 0 || share.size > 1) yield batch;
    }
  } finally {
    pictures.release();
  }
}

/** A place in a batch: a sample, its image, and where its random numbers come from. */
interface Row {
  readonly position: number;
  readonly picture: Picture;
  readonly stream: Rng;
}

async function makeBatch(
  options: BatchesOptions,
  i: number,
  streams: Rng,
  repetitions: Uint32Array,
): Promise<Batch> {
  const { samples, order, batchSize, share = WHOLE } = options;
  const all = batchSize * share.size, start = i * all + share.rank;
  const length = rowsOf(share, Math.min(all, order.length - i * all));
  const places = Array.from({ length }, (_, n) => start + n * share.size);
  const drawn = places.map((place) => order[place]);
  const outside = drawn.find((position) => !(position in samples));
  if (outside !== undefined) {
    throw new RangeError(`Cannot batch sample ${outside}: need a position of 0 .. ${samples.length - 1}`);
  }
  const pictures = await options.pictures.get(drawn);
  const rows: Row[] = [];
  for (const [n, position] of drawn.entries()) {
    const repetition = repetitions[places[n]];
    const stream = repetition === 0 ? streams.fork(position) : streams.fork(position, repetition);
    const found = await rowOf(options, position, pictures[n]);
    if (found !== undefined) rows.push({ ...found, stream });
  }
  const labels = Uint32Array.from(rows, ({ position }) => samples[position].label);
  const place = share.rank === 0 ? [i] : [i, share.rank];
  const mix = rows.length === 0
    ? undefined
    : options.mixer?.(rng(options.seed, "mix", options.epoch, ...place), rows.length);
  return {
    operations: rows.map((row) => drawFor(options, samples[row.position], row.picture, row.stream)),
    pictures: rows.map(({ picture }) => picture),
    mix,
    target: mix === undefined ? { kind: "indices", labels } : mixedTarget(labels, mix),
    indices: Uint32Array.from(rows, ({ position }) => position),
    count: rows.length,
  };
}

/** The sample at `position` or what stands in for it; undefined if it is left out. */
async function rowOf(
  { pictures, samples, onUnreadable = "replace" }: BatchesOptions,
  position: number,
  picture: Picture | undefined,
): Promise<Pick<Row, "position" | "picture"> | undefined> {
  if (picture !== undefined) return { position, picture };
  if (onUnreadable === "leave_out") return undefined;
  for (const other of standIns(samples, position)) {
    const [picture] = await pictures.get([other]);
    if (picture !== undefined) return { position: other, picture };
  }
  throw new DataError(`Cannot read "${samples[position].path}" or any other image of its split`);
}

/** The other samples, those of the same class first, from the next one on. */
function* standIns(samples: readonly Sample[], position: number): Generator<number> {
  const { label } = samples[position], { length } = samples;
  for (const isOfClass of [true, false]) {
    for (let i = 1; i < length; i++) {
      const other = (position + i) % length;
      if ((samples[other].label === label) === isOfClass) yield other;
    }
  }
}

/** For each position in the order, how many times the same sample was drawn before. */
function countRepetitions({ order, samples }: BatchesOptions): Uint32Array {
  const drawn = new Uint32Array(samples.length);
  return Uint32Array.from(order, (position) => drawn[position]++);
}

function drawFor({ pipeline }: BatchesOptions, { path }: Sample, picture: Picture, stream: Rng) {
  try {
    return pipeline.draw(picture, stream);
  } catch (cause) {
    throw new RangeError(`Cannot prepare "${path}": ${messageOf(cause)}`, { cause });
  }
}
