/** Mixing the images of a batch with each other: each with the one in the row before it, the first with the last. */
import type { Rng } from "../../base/rng.ts";
import type { HostTarget } from "../target.ts";
import type { Box } from "../transforms/operation.ts";

/** How the images of a batch are mixed, as plain data. */
export interface BatchMix {
  /** How much the class of a row's own image counts, 0 .. 1; that of the row before has the rest. */
  readonly share: number;
  /** The part of the images that is mixed. */
  readonly box: Box;
  /** The factor of a row's own values there; those of the row before have the rest. */
  readonly own: number;
}

/** Draws how a batch is mixed. */
export type Mixer = (rng: Rng) => BatchMix;

/** What a way to mix batches knows besides its own options. */
export interface MixContext {
  /** The side of the network's images. */
  readonly imageSize: number;
}

/** The target of a batch that is mixed, from the classes of its images. */
export function mixedTarget(labels: Uint32Array, { share }: BatchMix): HostTarget {
  const before = labels.map((_, row) => labels.at(row - 1)!);
  return {
    kind: "mixed",
    first: labels,
    second: before,
    shares: new Float32Array(labels.length).fill(share),
  };
}

/** Mixes images [count, side, side, 4] in place, on the CPU. */
export function mixImages(images: Float32Array, side: number, { own, box }: BatchMix): void {
  const pixels = side * side * 4;
  const kept = Math.fround(own), rest = Math.fround(1 - kept);
  const last = images.slice(-pixels);
  for (let start = images.length - pixels; start >= 0; start -= pixels) {
    const before = start === 0 ? last : images.subarray(start - pixels, start);
    for (let y = box.top; y < box.top + box.height; y++) {
      const from = (y * side + box.left) * 4;
      for (let i = from; i < from + box.width * 4; i++) {
        images[start + i] = Math.fround(kept * images[start + i]) + Math.fround(rest * before[i]);
      }
    }
  }
}
