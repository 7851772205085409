/**
 * Which samples an epoch sees and in which order, as positions in a split's list of samples [DATA-08]. Each epoch is
 * a function of (seed, epoch) alone, so it depends neither on workers nor on resuming.
 */
import { ConfigError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { type Rng, rng } from "../base/rng.ts";
import { classCounts } from "./class_weights.ts";
import type { Sample } from "./types.ts";

/** How to draw samples: the key `data.sampler`. */
export interface SamplerOptions {
  /** disabled: each sample once, shuffled; auto: a sample weighs 1 / count of its class; manual: `weights`. */
  readonly mode: "disabled" | "auto" | "manual";
  /** manual: the weight of a sample by class; 1 if the class is absent, 0 excludes it. */
  readonly weights: Readonly<Record<string, number>>;
  /** Draws in an epoch; null: as many as there are samples to draw from. */
  readonly num_samples: number | null;
  /** If false, no sample is drawn twice in an epoch. */
  readonly replacement: boolean;
}

/** Draws in an epoch by class; positions are class indices. */
export interface DrawnEpoch {
  readonly epoch: number;
  /** Samples drawn. */
  readonly drawn: Uint32Array;
  /** Expected number of samples according to the weights. */
  readonly expected: Float64Array;
}

/** Draws the epochs of a training set. */
export interface Sampler {
  /** Draws in an epoch. */
  readonly length: number;
  /** Draws an epoch: its order and the counts by class. */
  draw(epoch: number): DrawnOrder;
}

/** A drawn epoch. */
export interface DrawnOrder {
  /** [length], positions of samples in the order in which they are seen. */
  readonly order: Uint32Array;
  readonly drawn: DrawnEpoch;
}

/** The samples to draw from. */
export interface SamplerSource {
  readonly samples: readonly Sample[];
  readonly classes: readonly string[];
  readonly seed: number;
}

/**
 * Creates the sampler of a training set. Weights work as in torch.multinomial: with replacement, each draw takes
 * sample i with probability w_i / sum(w); without replacement, samples already drawn leave the sum.
 *
 * @throws ConfigError for an unknown class, for options that the mode does not use, and for more draws without
 * replacement than there are samples of nonzero weight
 */
export function sampler(options: SamplerOptions, source: SamplerSource): Sampler {
  const counts = classCounts(source.samples, source.classes.length);
  return options.mode === "disabled" ? shuffler(options, source, counts) : weighted(options, source, counts);
}

/** A random order of `count` samples, a function of seed and epoch alone. */
export function shuffledOrder(count: number, seed: number, epoch: number): Uint32Array {
  return rng(seed, "shuffle", epoch).permutation(count);
}

/** The samples in the order in which they are listed, for evaluation. */
export function sequentialOrder(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

function shuffler(options: SamplerOptions, { samples, seed }: SamplerSource, counts: Uint32Array): Sampler {
  refuseUnused(options, "disabled");
  return {
    length: samples.length,
    draw: (epoch) => ({
      order: shuffledOrder(samples.length, seed, epoch),
      drawn: { epoch, drawn: counts.slice(), expected: Float64Array.from(counts) },
    }),
  };
}

function weighted(options: SamplerOptions, source: SamplerSource, counts: Uint32Array): Sampler {
  const { mode, replacement } = options;
  const { samples, classes, seed } = source;
  refuseUnused(options, mode);
  const weights = mode === "auto"
    ? Float64Array.from(counts, (count) => count === 0 ? 0 : 1 / count)
    : manualWeights(options.weights, classes);
  const length = countDraws(options, weights, counts);
  const expected = replacement
    ? expectedWithReplacement(weights, counts, length)
    : expectedWithoutReplacement(weights, counts, length);
  const members = membersOf(samples, counts);
  const draw = (epoch: number) => {
    const stream = rng(seed, "sample", epoch);
    const order = replacement
      ? drawWithReplacement(stream, weights, members, length)
      : drawWithoutReplacement(stream, weights, samples, length);
    const drawn = new Uint32Array(classes.length);
    for (const position of order) drawn[samples[position].label]++;
    return { order, drawn: { epoch, drawn, expected: expected.slice() } };
  };
  return { length, draw };
}

/** Rejects options that the mode would silently ignore. */
function refuseUnused({ weights, num_samples }: SamplerOptions, mode: SamplerOptions["mode"]): void {
  if (mode !== "manual" && Object.keys(weights).length > 0) {
    throw new ConfigError(
      `Cannot use data.sampler.weights because the mode is ${mode}: set data.sampler.mode=manual`,
    );
  }
  if (mode === "disabled" && num_samples !== null) {
    throw new ConfigError(
      `Cannot draw data.sampler.num_samples=${num_samples}: mode "disabled" draws each image exactly once; ` +
        `set data.sampler.mode=manual, which weighs all images 1 unless weights are given`,
    );
  }
}

function manualWeights(weights: SamplerOptions["weights"], classes: readonly string[]): Float64Array {
  for (const name of Object.keys(weights)) {
    if (classes.includes(name)) continue;
    const near = nearest(name, classes);
    const hint = near === undefined
      ? `classes are ${classes.slice(0, 10).map((one) => `"${one}"`).join(", ")}${
        classes.length > 10 ? ", ..." : ""
      }`
      : `did you mean "${near}"?`;
    throw new ConfigError(
      `Cannot weight class "${name}" in data.sampler.weights: train has no such class; ${hint}`,
    );
  }
  return Float64Array.from(classes, (name) => Object.hasOwn(weights, name) ? weights[name] : 1);
}

function countDraws(
  { num_samples, replacement }: SamplerOptions,
  weights: Float64Array,
  counts: Uint32Array,
): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const available = counts.reduce((sum, count, label) => sum + (weights[label] > 0 ? count : 0), 0);
  if (available === 0) {
    throw new ConfigError(
      "Cannot draw samples: every class with images has weight 0; raise one of data.sampler.weights",
    );
  }
  if (replacement) return num_samples ?? total;
  if (num_samples !== null && num_samples > available) {
    throw new ConfigError(
      `Cannot draw ${num_samples} samples without replacement: only ${available} have a weight above 0; ` +
        `lower data.sampler.num_samples to at most ${available} or set data.sampler.replacement=true`,
    );
  }
  return num_samples ?? available;
}

/** The positions of each class's samples. */
function membersOf(samples: readonly Sample[], counts: Uint32Array): Uint32Array[] {
  const members = Array.from(counts, (count) => new Uint32Array(count));
  const filled = new Uint32Array(counts.length);
  samples.forEach(({ label }, position) => members[label][filled[label]++] = position);
  return members;
}

/** Samples of a class weigh the same, so a draw picks a class by its total weight and then one of its samples. */
function drawWithReplacement(
  stream: Rng,
  weights: Float64Array,
  members: readonly Uint32Array[],
  length: number,
): Uint32Array {
  const drawable = members.flatMap((positions, label) =>
    positions.length > 0 && weights[label] > 0 ? [label] : []
  );
  let sum = 0;
  const upTo = Float64Array.from(drawable, (label) => sum += weights[label] * members[label].length);
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    const positions = members[drawable[firstAbove(upTo, stream.uniform() * sum)]];
    order[i] = positions[stream.integer(positions.length)];
  }
  return order;
}

/** The first position whose value is above `value`, or the last one if rounding leaves none. */
function firstAbove(values: Float64Array, value: number): number {
  let low = 0, high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * An exponential race: sample i arrives at time -log(u) / w_i, and the first `length` arrivals are drawn, in order of
 * arrival. This is equivalent to sequential drawing without replacement (Efraimidis and Spirakis 2006), and is what
 * torch.multinomial does.
 */
function drawWithoutReplacement(
  stream: Rng,
  weights: Float64Array,
  samples: readonly Sample[],
  length: number,
): Uint32Array {
  const arrival = Float64Array.from(samples, ({ label }) => -Math.log(1 - stream.uniform()) / weights[label]);
  const racing = sequentialOrder(samples.length).filter((i) => weights[samples[i].label] > 0);
  return racing.sort((a, b) => arrival[a] - arrival[b] || a - b).slice(0, length);
}

function expectedWithReplacement(weights: Float64Array, counts: Uint32Array, length: number): Float64Array {
  const mass = weights.map((weight, label) => weight * counts[label]);
  const sum = mass.reduce((total, each) => total + each, 0);
  return mass.map((each) => length * each / sum);
}

/**
 * In the race a sample has arrived by time t with probability 1 - exp(-w t), where t is the time by which `length`
 * arrivals are expected. Exact for many samples (Rosén 1972), and off by a fraction of a sample for few.
 */
function expectedWithoutReplacement(
  weights: Float64Array,
  counts: Uint32Array,
  length: number,
): Float64Array {
  const arrived = (time: number) =>
    weights.map((weight, label) => counts[label] * -Math.expm1(-weight * time));
  const total = (time: number) => arrived(time).reduce((sum, each) => sum + each, 0);
  const available = counts.reduce((sum, count, label) => sum + (weights[label] > 0 ? count : 0), 0);
  if (length >= available) return weights.map((weight, label) => weight > 0 ? counts[label] : 0);
  let low = 0, high = 1;
  while (total(high) < length) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (total(middle) < length) low = middle;
    else high = middle;
  }
  return arrived(high);
}
