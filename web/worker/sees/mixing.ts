/** How batches are mixed: which image a sample meets in an epoch, by the trainer's own order and random numbers. */
import { rng } from "../../../src/base/rng.ts";
import type { BatchMix } from "../../../src/data/mixing/batch_mix.ts";
import { mixerOf, mixers } from "../../../src/data/mixing/mod.ts";
import { shuffledOrder } from "../../../src/data/sampler.ts";
import type { Epoch, Mixing, MixingWay } from "../../protocol/sees_calls.ts";

/** All ways to mix batches. */
export function mixingWays(): MixingWay[] {
  return Object.entries(mixers).map(([name, { options }]) => ({
    name,
    about: options.description ?? "",
    options: options.parse({}),
  }));
}

/** Who meets whom in the epochs of a training set. */
export class Meetings {
  readonly #orders = new Map<string, { readonly order: Uint32Array; readonly rows: Uint32Array }>();

  /**
   * Of `count` samples, the position of the one that the sample at `position` is mixed with in an epoch, and how;
   * undefined if nothing is mixed.
   */
  of(
    position: number,
    count: number,
    { seed, epoch }: Epoch,
    { ways, batchSize }: Mixing,
    imageSize: number,
  ): { readonly position: number; readonly mix: BatchMix } | undefined {
    const mixer = mixerOf(ways, { imageSize });
    if (mixer === undefined) return undefined;
    const { order, rows } = this.#order(count, seed, epoch), row = rows[position];
    const batch = Math.floor(row / batchSize), first = batch * batchSize;
    const last = Math.min(count, first + batchSize) - 1;
    const before = row === first ? last : row - 1;
    return { position: order[before], mix: mixer(rng(seed, "mix", epoch, batch)) };
  }

  #order(count: number, seed: number, epoch: number) {
    const key = `${count} ${seed} ${epoch}`, known = this.#orders.get(key);
    if (known !== undefined) return known;
    const order = shuffledOrder(count, seed, epoch), rows = new Uint32Array(count);
    order.forEach((position, row) => rows[position] = row);
    if (this.#orders.size >= KEPT) this.#orders.clear();
    this.#orders.set(key, { order, rows });
    return { order, rows };
  }
}

/** Orders that are remembered: those of the epochs that are shown, and of the ones before. */
const KEPT = 12;
