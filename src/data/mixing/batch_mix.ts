/** Mixing the images of a batch with each other, each with one partner. */
import type * as z from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { Rng } from "../../base/rng.ts";
import type { HostTarget } from "../target.ts";
import type { Box } from "../transforms/operation.ts";

/** How an image is mixed with its partner, as plain data. */
export interface RowMix {
  /** How much the class of the own image counts, 0 .. 1; that of the partner has the rest. */
  readonly share: number;
  /** The part of the image that is mixed. */
  readonly box: Box;
  /** The factor of the own values there; those of the partner have the rest. */
  readonly own: number;
}

/** How the images of a batch are mixed. */
export type BatchMix =
  /** Each with the one in the row before it, the first with the last, and all alike: torchvision's. */
  | { readonly partner: "before"; readonly all: RowMix }
  /** The first with the last, the second with the last but one: timm's. The middle one of an odd batch has no partner. */
  | { readonly partner: "mirrored"; readonly rows: readonly RowMix[] };

/** Draws how a batch of `count` images is mixed. */
export type Mixer = (rng: Rng, count: number) => BatchMix;

/** What a way to mix batches knows besides its own options. */
export interface MixContext {
  /** The side of the network's images. */
  readonly imageSize: number;
}

/** A way to mix batches that a configuration can name. */
export type MixerPlugin = Plugin<z.ZodObject, MixContext, Mixer>;

/** How the image of a row is mixed. */
export function rowMix(mix: BatchMix, row: number): RowMix {
  return mix.partner === "before" ? mix.all : mix.rows[row];
}

/** The row of a row's partner in a batch of `count`. */
export function partnerOf({ partner }: BatchMix, row: number, count: number): number {
  return partner === "before" ? (row + count - 1) % count : count - 1 - row;
}

/** The target of a batch that is mixed, from the classes of its images. */
export function mixedTarget(labels: Uint32Array, mix: BatchMix): HostTarget {
  return {
    kind: "mixed",
    first: labels,
    second: labels.map((_, row) => labels[partnerOf(mix, row, labels.length)]),
    shares: Float32Array.from(labels, (_, row) => rowMix(mix, row).share),
  };
}

/** Mixes images [count, side, side, 4] in place, on the CPU. */
export function mixImages(images: Float32Array, side: number, mix: BatchMix): void {
  const pixels = side * side * 4, count = images.length / pixels;
  const image = (row: number) => images.subarray(row * pixels, (row + 1) * pixels);
  if (mix.partner === "before") {
    const last = image(count - 1).slice();
    for (let row = count - 1; row >= 0; row--) {
      mixImage(image(row), row === 0 ? last : image(row - 1), side, mix.all);
    }
  } else {
    for (let row = 0; row < Math.floor(count / 2); row++) {
      const other = count - 1 - row, given = image(row).slice();
      mixImage(image(row), image(other), side, mix.rows[row]);
      mixImage(image(other), given, side, mix.rows[other]);
    }
  }
}

/** Mixes an image [side, side, 4] with its partner, in place. */
export function mixImage(
  image: Float32Array,
  partner: Float32Array,
  side: number,
  { own, box }: RowMix,
): void {
  const kept = Math.fround(own), rest = Math.fround(1 - kept);
  for (let y = box.top; y < box.top + box.height; y++) {
    const from = (y * side + box.left) * 4;
    for (let i = from; i < from + box.width * 4; i++) {
      image[i] = Math.fround(kept * image[i]) + Math.fround(rest * partner[i]);
    }
  }
}
