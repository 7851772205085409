/**
 * Turns a batch into network input on the GPU, with the same result as `render.ts` on the CPU.
 *
 * A batch is processed in chunks of a few dozen images to keep intermediate buffers small. Only the pixels that an
 * image's first resize reads are uploaded. Each image has two squares of `imageSize` x `imageSize` words, and a stage
 * reads one and writes the other. A stage's job list contains only the images that the stage applies to.
 */
import type { Device } from "../../core/device.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { RenderedBatch } from "../render.ts";
import { applyOperations } from "../transforms/apply.ts";
import { type Operation, type Size, sizeAfter } from "../transforms/operation.ts";
import type { Normalization, Picture } from "../types.ts";
import { finish, finishMixed, keep } from "./finish.ts";
import { MOST_READ, planFor } from "./plan.ts";
import { middleWords, uploadAndResize } from "./resample.ts";
import { runStages } from "./stages.ts";
import {
  AugmentBuffers,
  type AugmentItem,
  CHUNK,
  middleSize,
  placesOf,
  stagedImage,
} from "./augment_buffers.ts";

/** Options of {@link augmenter}. */
export interface AugmenterOptions {
  /** The side of the network's images, in pixels. */
  readonly imageSize: number;
  /** Called once if some operations have to run on the CPU, with the reason. */
  readonly note?: (line: string) => void;
}

/** Turns batches into network input on the GPU. */
export interface Augmenter {
  /** Writes the normalised images of `batch` into the first rows of `images` [N, H, W, 4]. */
  render(
    batch: RenderedBatch,
    normalization: Normalization,
    images: Tensor,
  ): void;
  /** Frees the GPU memory. */
  free(): void;
}

/**
 * Creates an augmenter. Its images match those computed on the CPU, and an image's result does not depend on the rest
 * of its batch.
 * @throws LimitError if squares of `imageSize` exceed what the adapter can bind
 */
export function augmenter(device: Device, options: AugmenterOptions): Augmenter {
  const { imageSize: side, note } = options;
  const buffers = new AugmentBuffers(device, side);
  let isNoted = false;

  const begin = (picture: Picture, operations: readonly Operation[], row: number): AugmentItem => {
    const sizes: Size[] = [picture];
    for (const operation of operations) sizes.push(sizeAfter(operation, sizes.at(-1)!));
    const plan = planFor(operations, sizes, side);
    const ahead = operations.slice(0, plan.onProcessor);
    const isOrdinary = Math.max(picture.width, picture.height) <= MOST_READ;
    if (ahead.length > 0 && isOrdinary && !isNoted) {
      isNoted = true;
      const kinds = [...new Set(ahead.map(({ kind }) => kind))].join(", ");
      note?.(
        `running ${kinds} on the CPU, which is slower, because GPU augmentation starts with a resize to ` +
          `${side}x${side}: put random_resized_crop, or resize and center_crop, first in the transforms`,
      );
    }
    return { picture: applyOperations(picture, ahead), plan, row, ...stagedImage(plan.stages, 0) };
  };

  return {
    render({ pictures, operations, count, mix }, normalization, images) {
      const items = Array.from({ length: count }, (_, n) => begin(pictures[n], operations[n], n));
      if (mix !== undefined) buffers.reserveKept(count);
      for (const chunk of chunks(items, side)) {
        uploadAndResize(buffers, chunk);
        runStages(buffers, chunk);
        if (mix === undefined) finish(buffers, chunk, images, normalization);
        else keep(buffers, chunk);
        buffers.upload.submit();
      }
      if (mix !== undefined) finishMixed(buffers, items, images, normalization, mix);
    },
    free: () => buffers.free(),
  };
}

/** Splits the images into chunks that fit into the squares and the memory between the passes of a resize. */
function chunks(items: readonly AugmentItem[], side: number): AugmentItem[][] {
  const groups: AugmentItem[][] = [[]];
  let words = 0, place = 0;
  for (const item of items) {
    const more = middleWords(item, side), taken = placesOf(item.stages);
    if (place + taken > CHUNK || (words > 0 && words + more > middleSize(side))) {
      groups.push([]);
      words = place = 0;
    }
    groups.at(-1)!.push({ ...item, place });
    words += more;
    place += taken;
  }
  return groups;
}
