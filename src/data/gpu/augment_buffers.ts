/** The state of each image during augmentation, and the GPU memory that augmentation uses. */
import { pitchOf, ROW_THREADS } from "../../../kernels/lib/augment.ts";
import { largest } from "../../base/lists.ts";
import { type Device } from "../../core/device.ts";
import { persistent, type Tensor } from "../../core/tensor.ts";
import type { Picture } from "../types.ts";
import { LEVELS } from "../transforms/levels.ts";
import { UploadBatch } from "./upload_batch.ts";
import type { Plan, Stage } from "./plan.ts";

/** Images and versions of them that are processed together. */
export const CHUNK = 32;
/** Words reserved for the pixels and tables of one upload: 8 MiB. */
const UPLOAD_WORDS = 1 << 21;

/** Words between the two passes of a chunk's resizes. A single image that needs more gets more. */
export function middleSize(side: number): number {
  return Math.max(1 << 19, 2 * CHUNK * side * pitchOf(side));
}

/** An image in one of two squares, and what is done to it there. */
export interface StagedImage {
  readonly stages: readonly Stage[];
  /** Its index within the chunk. */
  readonly place: number;
  /** Which of its two squares holds the current result. */
  half: 0 | 1;
  /** How many of the stages have run. */
  done: number;
  /** Its versions between a branch and their mixture; they have the places after its own. */
  branches: readonly StagedImage[];
}

/** An image being augmented. */
export interface AugmentItem extends StagedImage {
  readonly picture: Picture;
  readonly plan: Plan;
  /** Its row in the output tensor. */
  readonly row: number;
}

/** A chunk's image before its first stage. */
export function stagedImage(stages: readonly Stage[], place: number): StagedImage {
  return { stages, place, half: 0, done: 0, branches: [] };
}

/** Places of a chunk that an image with these stages takes. */
export function placesOf(stages: readonly Stage[]): number {
  return 1 + largest(stages.map((stage) => stage.kind === "branch" ? stage.branches.length : 0), 0);
}

/** The GPU buffers of an augmenter. */
export class AugmentBuffers {
  readonly upload: UploadBatch;
  /** Partial sums of luma, one for each thread and image. */
  readonly lumaSums: Tensor;
  readonly sums: Tensor;
  /** For each channel of each image, what its levels become. */
  readonly levelTables: Tensor;
  /** Values of `lumaSums` for each image. */
  readonly runs: number;
  /** Words in a row of a square. */
  readonly pitch: number;
  #squares: Tensor;
  #middle: Tensor;

  constructor(readonly device: Device, readonly side: number) {
    this.pitch = pitchOf(side);
    this.runs = side * ROW_THREADS;
    this.upload = new UploadBatch(device, CHUNK, UPLOAD_WORDS);
    this.#squares = this.#makeSquares(0);
    this.lumaSums = persistent(device, [CHUNK, this.runs], "u32", "luma of squares by thread");
    this.sums = persistent(device, [CHUNK], "u32", "luma of squares");
    this.levelTables = persistent(device, [CHUNK, 3, LEVELS], "u32", "tables of levels");
    this.#middle = persistent(device, [middleSize(side)], "u32", "resized rows");
  }

  #makeSquares(kept: number): Tensor {
    return persistent(this.device, [2 * CHUNK + kept, this.side, this.pitch], "u32", "augmented squares");
  }

  /** Two squares of words for each image of a chunk, then those that are kept for a batch. */
  get squares(): Tensor {
    return this.#squares;
  }

  /** Makes room for `count` squares that are kept until their batch is complete. */
  reserveKept(count: number): void {
    if (2 * CHUNK + count <= this.#squares.shape[0]) return;
    this.device.flush();
    this.#squares.free();
    this.#squares = this.#makeSquares(count);
  }

  /** Offset in `squares` of the square that is kept for a row of the batch. */
  kept(row: number): number {
    return (2 * CHUNK + row) * this.side * this.pitch;
  }

  /** The rows that the first pass of a resize hands to the second. */
  get middle(): Tensor {
    return this.#middle;
  }

  /** Makes room for `words` words between the passes. */
  reserve(words: number): void {
    if (words <= this.#middle.size) return;
    this.device.flush();
    this.#middle.free();
    this.#middle = persistent(this.device, [words], "u32", "resized rows");
  }

  /** Offset in `squares` of the square that holds the image's current result. */
  now({ place, half }: StagedImage): number {
    return (2 * place + half) * this.side * this.pitch;
  }

  /** Offset in `squares` of the square that the next stage writes. */
  next({ place, half }: StagedImage): number {
    return (2 * place + 1 - half) * this.side * this.pitch;
  }

  free(): void {
    this.upload.free();
    const { lumaSums, sums, levelTables } = this;
    for (const tensor of [this.#squares, lumaSums, sums, levelTables, this.#middle]) tensor.free();
  }
}
