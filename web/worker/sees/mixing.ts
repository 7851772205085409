/** How batches are mixed: which image a sample meets in an epoch, by the trainer's own order and random numbers. */
import * as z from "zod";
import { rng } from "../../../src/base/rng.ts";
import { partnerOf, type RowMix, rowMix } from "../../../src/data/mixing/batch_mix.ts";
import { mixerOf, mixers } from "../../../src/data/mixing/mod.ts";
import { shuffledOrder } from "../../../src/data/sampler.ts";
import type { Epoch, Mixing, MixingValue, MixingWay } from "../../protocol/sees_calls.ts";

/** The values that sliders offer, where an option takes them. */
const LEAST = [0, 0.05], MOST = [4, 1];

/** All ways to mix batches. */
export function mixingWays(): MixingWay[] {
  return Object.entries(mixers).map(([name, { options }]) => ({
    name,
    about: options.description ?? "",
    options: Object.entries(options.parse({})).map(([name, value]) => {
      const isTaken = (value: unknown) => options.safeParse({ [name]: value }).success;
      return {
        name,
        value: value as MixingValue,
        least: LEAST.find(isTaken)!,
        most: MOST.find(isTaken)!,
        choices: choicesOf(options.shape[name as never]),
      };
    }),
  }));
}

/** The names that an option takes. */
function choicesOf(option: z.ZodType): readonly string[] {
  const inner = option instanceof z.ZodDefault ? option.unwrap() : option;
  return inner instanceof z.ZodEnum ? inner.options.map(String) : [];
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
  ): { readonly position: number; readonly mix: RowMix } | undefined {
    const mixer = mixerOf(ways, { imageSize });
    if (mixer === undefined) return undefined;
    const { order, rows } = this.#order(count, seed, epoch), row = rows[position];
    const batch = Math.floor(row / batchSize), first = batch * batchSize;
    const size = Math.min(count - first, batchSize), mix = mixer(rng(seed, "mix", epoch, batch), size);
    const partner = first + partnerOf(mix, row - first, size);
    return { position: order[partner], mix: rowMix(mix, row - first) };
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
