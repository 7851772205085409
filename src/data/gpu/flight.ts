/**
 * What goes to the GPU at once: jobs, tables and pixels in one buffer, and the dispatches that read them. Jobs lie in
 * slots at its front, one for each dispatch, so that few uniforms and bind groups are ever made.
 */
import type { Jobs } from "../../../kernels/lib/augment.ts";
import { JOB_WORDS } from "../../../kernels/lib/augment.ts";
import type { Device } from "../../core/device.ts";
import { persistent, type Tensor } from "../../core/tensor.ts";
import type { Color } from "../transforms/operation.ts";

/** Words that rounding up may take of what an item puts. */
const SLACK = 16;
/** Dispatches of a flight. */
const SLOTS = 32;

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The bits of a float32, as a job holds them. */
export function bits(value: number): number {
  scratch[0] = value;
  return scratchBits[0];
}

/** A colour as a word of levels. */
export function colorWord([r, g, b]: Color): number {
  return r | (g << 8) | (b << 16);
}

/** What is on its way to the GPU. */
export class Flight {
  /** The buffer that kernels bind as `data`. */
  readonly data: Tensor;
  readonly #words: Uint32Array;
  readonly #start: number;
  #used: number;
  #slot = 0;
  #pending: (() => void)[] = [];

  /** @param capacity words for tables and pixels */
  constructor(readonly device: Device, readonly most: number, capacity: number) {
    this.#start = SLOTS * most * JOB_WORDS;
    this.#used = this.#start;
    this.#words = new Uint32Array(this.#start + capacity);
    this.data = persistent(device, [this.#words.length], "u32", "augmentation");
  }

  /** Words of tables and pixels that an empty flight takes. */
  get capacity(): number {
    return this.#words.length - this.#start;
  }

  /** Takes `count` words to be filled in: where they lie in `data`, and themselves. */
  take(count: number): { at: number; words: Uint32Array } {
    const at = this.#used;
    this.#used += Math.ceil(count / 4) * 4; // so that all can be read by four
    if (this.#used > this.#words.length) {
      throw new RangeError(`Cannot put ${count} words into a flight that takes ${this.capacity}`);
    }
    return { at, words: this.#words.subarray(at, at + count) };
  }

  /** Puts a table into the flight; returns where it lies. */
  put(table: Uint32Array): number {
    const { at, words } = this.take(table.length);
    words.set(table);
    return at;
  }

  /**
   * Adds a dispatch over the jobs of `items`, which must be no more than there are pictures; several where their
   * tables and pixels, `words` an item, do not fit what is left.
   */
  each<Item>(
    items: readonly Item[],
    words: (item: Item) => number,
    job: (item: Item, i: number) => readonly number[],
    run: (jobs: Jobs, items: readonly Item[]) => void,
  ): void {
    if (this.#slot === SLOTS) this.send();
    let first = 0;
    for (let i = 0; i < items.length; i++) {
      if (this.#words.length - this.#used < words(items[i]) + SLACK) {
        this.#close(items.slice(first, i), run);
        this.send();
        first = i;
      }
      this.#words.set(job(items[i], i), (this.#slot * this.most + i - first) * JOB_WORDS);
    }
    this.#close(items.slice(first), run);
  }

  #close<Item>(items: readonly Item[], run: (jobs: Jobs, items: readonly Item[]) => void): void {
    if (items.length === 0) return;
    const jobs = { first: this.#slot++ * this.most * JOB_WORDS, count: items.length };
    this.#pending.push(() => run(jobs, items));
  }

  /** Uploads what was put and starts the dispatches. */
  send(): void {
    if (this.#slot > 0) {
      this.#write(0, this.#slot * this.most * JOB_WORDS);
      this.#write(this.#start, this.#used);
      for (const run of this.#pending) run();
      this.device.flush();
    }
    this.#pending = [];
    this.#slot = 0;
    this.#used = this.#start;
  }

  #write(from: number, to: number): void {
    if (to > from) this.data.slice(from, [to - from]).write(this.#words.subarray(from, to));
  }

  free(): void {
    this.data.free();
  }
}
