/**
 * One upload to the GPU: jobs, tables and pixels in a single buffer, and the dispatches that read them. Jobs occupy
 * fixed slots at the front, one for each dispatch, so that few uniforms and bind groups are needed.
 */
import type { Jobs } from "../../../kernels/lib/augment.ts";
import { JOB_WORDS } from "../../../kernels/lib/augment.ts";
import type { Device } from "../../core/device.ts";
import { persistent, type Tensor } from "../../core/tensor.ts";
import type { Color } from "../transforms/operation.ts";

/** Words that rounding up may add to what an item puts. */
const SLACK = 16;
/** Dispatches in one batch. */
const SLOTS = 32;

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The bits of a float32, as stored in a job. */
export function bits(value: number): number {
  scratch[0] = value;
  return scratchBits[0];
}

/** A colour packed into a word. */
export function colorWord([r, g, b]: Color): number {
  return r | (g << 8) | (b << 16);
}

/** Collects data and dispatches and submits them together. */
export class UploadBatch {
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

  /** Words for tables and pixels in an empty batch. */
  get capacity(): number {
    return this.#words.length - this.#start;
  }

  /** Reserves `count` words: returns their offset in `data` and a view to fill in. */
  take(count: number): { at: number; words: Uint32Array } {
    const at = this.#used;
    this.#used += Math.ceil(count / 4) * 4; // aligned for vec4 loads
    if (this.#used > this.#words.length) {
      throw new RangeError(
        `Cannot put ${count} words into an upload batch: its capacity is ${this.capacity}`,
      );
    }
    return { at, words: this.#words.subarray(at, at + count) };
  }

  /** Puts a table into the batch and returns its offset. */
  put(table: Uint32Array): number {
    const { at, words } = this.take(table.length);
    words.set(table);
    return at;
  }

  /**
   * Adds a dispatch over the jobs of `items`, at most one for each image of a chunk. Starts another dispatch where
   * the tables and pixels, `words` for each item, exceed the remaining capacity.
   */
  dispatch<Item>(
    items: readonly Item[],
    words: (item: Item) => number,
    job: (item: Item, i: number) => readonly number[],
    run: (jobs: Jobs, items: readonly Item[]) => void,
  ): void {
    if (this.#slot === SLOTS) this.submit();
    let first = 0;
    for (let i = 0; i < items.length; i++) {
      if (this.#words.length - this.#used < words(items[i]) + SLACK) {
        this.#close(items.slice(first, i), run);
        this.submit();
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

  /** Uploads the data and runs the dispatches. */
  submit(): void {
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
