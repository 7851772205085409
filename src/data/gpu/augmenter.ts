/**
 * Makes the network's images of a batch on the GPU: what `render.ts` computes on the processor.
 *
 * A batch goes through in chunks of a few dozen pictures, so that what lies between two kernels stays small. Only the
 * pixels that a picture's first resize reads are uploaded. A picture has two squares of `imageSize` x `imageSize`
 * words, and a stage leads from one to the other; pictures that a stage leaves alone are not in its list of jobs.
 */
import { augmentErase } from "../../../kernels/augment_erase.ts";
import { augmentFinish } from "../../../kernels/augment_finish.ts";
import type { Device } from "../../core/device.ts";
import { kernel } from "../../core/kernel.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Batch } from "../loader.ts";
import { applyOperations } from "../transforms/apply.ts";
import { type Operation, type Size, sizeAfter } from "../transforms/operation.ts";
import type { Normalization, Picture } from "../types.ts";
import { lettersOf, withSteps } from "./color.ts";
import { bits } from "./flight.ts";
import { planFor } from "./plan.ts";
import { develop, middleWords } from "./resample.ts";
import { runStages } from "./stages.ts";
import { CHUNK, Darkroom, middleSize, type Work } from "./work.ts";

const finish = kernel("augment_finish", augmentFinish);
const erase = kernel("augment_erase", augmentErase);

/** What an augmenter is made for. */
export interface AugmenterOptions {
  /** The side of the network's images, in pixels. */
  readonly imageSize: number;
  /** Told once if operations are left to the processor, and why. */
  readonly note?: (line: string) => void;
}

/** Makes batches into the network's images on the GPU. */
export interface Augmenter {
  /** Writes the images of `batch`, normalised, into the first rows of `images` [N, H, W, 4]. */
  render(
    batch: Pick<Batch, "pictures" | "operations" | "count">,
    normalization: Normalization,
    images: Tensor,
  ): void;
  /** Gives the memory back. */
  free(): void;
}

/**
 * Makes an augmenter. Its images agree with those of the processor, and a picture's do not depend on its batch.
 * @throws LimitError if squares of `imageSize` exceed what the adapter can bind
 */
export function augmenter(device: Device, options: AugmenterOptions): Augmenter {
  const { imageSize: side, note } = options;
  const room = new Darkroom(device, side);
  let isSaid = false;

  const begin = (picture: Picture, operations: readonly Operation[], row: number): Work => {
    const sizes: Size[] = [picture];
    for (const operation of operations) sizes.push(sizeAfter(operation, sizes.at(-1)!));
    const plan = planFor(operations, sizes, side);
    const ahead = operations.slice(0, plan.onProcessor);
    if (ahead.length > 0 && !isSaid) {
      isSaid = true;
      const kinds = [...new Set(ahead.map(({ kind }) => kind))].join(", ");
      note?.(
        `the processor carries out ${kinds} of each picture, as the GPU begins with a resize to ` +
          `${side}x${side}: this is slower; begin transforms with random_resized_crop or resize and center_crop`,
      );
    }
    return { picture: applyOperations(picture, ahead), plan, row, place: 0, half: 0, done: 0 };
  };

  return {
    render({ pictures, operations, count }, normalization, images) {
      const works = Array.from({ length: count }, (_, n) => begin(pictures[n], operations[n], n));
      for (const chunk of chunks(works, side)) {
        develop(room, chunk);
        runStages(room, chunk);
        normalize(room, chunk, images, normalization);
        room.flight.send();
      }
    },
    free: () => room.free(),
  };
}

/** The pictures in groups that fit into the memory between the passes of a resize. */
function chunks(works: readonly Work[], side: number): Work[][] {
  const groups: Work[][] = [[]];
  let words = 0;
  for (const work of works) {
    const more = middleWords(work, side);
    if (groups.at(-1)!.length === CHUNK || (words > 0 && words + more > middleSize(side))) {
      groups.push([]);
      words = 0;
    }
    words += more;
    groups.at(-1)!.push({ ...work, place: groups.at(-1)!.length });
  }
  return groups;
}

/** The last colour steps, the normalisation, and what is erased of it. */
function normalize(
  room: Darkroom,
  chunk: readonly Work[],
  images: Tensor,
  { mean, std }: Normalization,
): void {
  const { flight, side, squares, sums } = room;
  const scale = std.map((deviation) => 1 / (255 * deviation));
  const shift = std.map((deviation, c) => -mean[c] / deviation);
  for (const [steps, works] of Map.groupBy(chunk, ({ plan }) => lettersOf(plan.after))) {
    const means = steps.includes("c") ? { sums } : {};
    flight.each(
      works,
      () => 0,
      (work) => withSteps([room.now(work), work.row, work.place], work.plan.after),
      (jobs) =>
        finish.run({ jobs: flight.data, x: squares, ...means, images }, { jobs, side, steps, scale, shift }),
    );
  }
  const most = Math.max(...chunk.map(({ plan }) => plan.erases.length));
  for (let i = 0; i < most; i++) {
    flight.each(
      chunk.filter(({ plan }) => plan.erases.length > i),
      () => 0,
      ({ row, plan }) => {
        const { top, left, width, height, value } = plan.erases[i];
        return [row, top, left, height, width, ...value.map(bits)];
      },
      (jobs) => erase.run({ jobs: flight.data, images }, { jobs, side }),
    );
  }
}
