/** What a batch's pictures go through, and the memory on the GPU that they go through it in. */
import { pitchOf, ROW_THREADS } from "../../../kernels/lib/augment.ts";
import { type Device } from "../../core/device.ts";
import { persistent, type Tensor } from "../../core/tensor.ts";
import type { Picture } from "../types.ts";
import { Flight } from "./flight.ts";
import type { Plan } from "./plan.ts";

/** Pictures of a chunk. */
export const CHUNK = 32;
/** Words of the uploaded pixels and tables of a flight, 8 MiB. */
const FLIGHT = 1 << 21;

/** Words between the two passes of a chunk's resizes; more only where a single picture needs more. */
export function middleSize(side: number): number {
  return Math.max(1 << 19, 2 * CHUNK * side * pitchOf(side));
}

/** A picture on its way. */
export interface Work {
  readonly picture: Picture;
  readonly plan: Plan;
  /** Its row of the images. */
  readonly row: number;
  /** Its place in the chunk. */
  readonly place: number;
  /** Which of its two squares is up to date. */
  half: 0 | 1;
  /** How many of the plan's stages are done. */
  done: number;
}

/** The memory of an augmenter. */
export class Darkroom {
  readonly flight: Flight;
  /** Two squares of words for each picture of a chunk. */
  readonly squares: Tensor;
  /** Sums of luma by thread and by picture. */
  readonly lumaSums: Tensor;
  readonly sums: Tensor;
  /** Values of `lumaSums` for a picture. */
  readonly runs: number;
  /** Words of a square's row. */
  readonly pitch: number;
  #middle: Tensor;

  constructor(readonly device: Device, readonly side: number) {
    this.pitch = pitchOf(side);
    this.runs = side * ROW_THREADS;
    this.flight = new Flight(device, CHUNK, FLIGHT);
    this.squares = persistent(device, [2 * CHUNK, side, this.pitch], "u32", "augmented squares");
    this.lumaSums = persistent(device, [CHUNK, this.runs], "u32", "luma of squares by thread");
    this.sums = persistent(device, [CHUNK], "u32", "luma of squares");
    this.#middle = persistent(device, [middleSize(side)], "u32", "resized rows");
  }

  /** The rows between the two passes of a resize. */
  get middle(): Tensor {
    return this.#middle;
  }

  /** Sees to `words` words between the passes. */
  reserve(words: number): void {
    if (words <= this.#middle.size) return;
    this.device.flush();
    this.#middle.free();
    this.#middle = persistent(this.device, [words], "u32", "resized rows");
  }

  /** Where the square that a picture is in begins in `squares`. */
  now({ place, half }: Work): number {
    return (2 * place + half) * this.side * this.pitch;
  }

  /** Where the next stage writes. */
  next({ place, half }: Work): number {
    return (2 * place + 1 - half) * this.side * this.pitch;
  }

  free(): void {
    this.flight.free();
    for (const tensor of [this.squares, this.lumaSums, this.sums, this.#middle]) tensor.free();
  }
}
