/** What cameras and codecs do to a square, on the GPU: blur, noise and JPEG. All leave it where it lay. */
import { augmentBlur } from "../../../kernels/augment_blur.ts";
import { augmentJpegBlocks } from "../../../kernels/augment_jpeg_blocks.ts";
import { augmentJpegMerge } from "../../../kernels/augment_jpeg_merge.ts";
import { augmentJpegPlanes } from "../../../kernels/augment_jpeg_planes.ts";
import { augmentNoise } from "../../../kernels/augment_noise.ts";
import { jpegPlanes } from "../../../kernels/lib/jpeg.ts";
import { kernel } from "../../core/kernel.ts";
import { Tensor } from "../../core/tensor.ts";
import { gaussianWeights } from "../transforms/gaussian_blur.ts";
import { quantization } from "../transforms/jpeg_round_trip.ts";
import type { OperationOf } from "../transforms/operation.ts";
import { bits } from "./flight.ts";
import type { Darkroom, Work } from "./work.ts";

const blurPass = kernel("augment_blur", augmentBlur);
const noisePass = kernel("augment_noise", augmentNoise);
const jpegPlanesPass = kernel("augment_jpeg_planes", augmentJpegPlanes);
const jpegBlocksPass = kernel("augment_jpeg_blocks", augmentJpegBlocks);
const jpegMergePass = kernel("augment_jpeg_merge", augmentJpegMerge);

/** A picture, what is done to it, and its place in the memory between the passes. */
interface Item<Stage> {
  readonly work: Work;
  readonly stage: Stage;
  readonly middle: number;
}

/** Runs `body` on as many pictures at a time as fit between the passes, each of which takes `words` there. */
function inGroups<Stage>(
  { middle }: Darkroom,
  words: number,
  works: readonly Work[],
  stages: readonly Stage[],
  body: (items: readonly Item<Stage>[]) => void,
): void {
  const most = Math.max(1, Math.floor(middle.size / words));
  for (let first = 0; first < works.length; first += most) {
    const group = works.slice(first, first + most);
    body(group.map((work, i) => ({ work, stage: stages[first + i], middle: i * words })));
  }
}

/** Gaussian blurs. */
export function blurs(room: Darkroom, works: readonly Work[], stages: readonly OperationOf<"blur">[]): void {
  const { flight, squares, side } = room;
  const { shape, device, storage } = room.middle;
  const middle = new Tensor(device, shape, "f32", storage);
  inGroups(room, 3 * side * room.pitch, works, stages, (items) => {
    for (const [axis, pass] of (["rows", "columns"] as const).entries()) {
      flight.each(
        items,
        ({ stage }) => stage.kernel[axis],
        ({ work, stage: { kernel, sigma }, middle }) => {
          const weights = gaussianWeights(kernel[axis], sigma[axis]);
          return [room.now(work), middle, flight.put(new Uint32Array(weights.buffer)), kernel[axis]];
        },
        (jobs) =>
          blurPass.run({ jobs: flight.data, data: flight.data, x: squares, middle }, { jobs, side, pass }),
      );
    }
  });
}

/** Gaussian noise. */
export function noises(
  room: Darkroom,
  works: readonly Work[],
  stages: readonly OperationOf<"noise">[],
): void {
  const { flight, squares, side } = room;
  flight.each(
    works,
    () => 0,
    (work, i) => [room.now(work), bits(stages[i].sigma), ...stages[i].key],
    (jobs) => noisePass.run({ jobs: flight.data, x: squares }, { jobs, side }),
  );
}

/** Round trips through JPEG. */
export function jpegs(room: Darkroom, works: readonly Work[], stages: readonly OperationOf<"jpeg">[]): void {
  const { flight, squares, side, middle: planes } = room;
  inGroups(room, jpegPlanes(side).words, works, stages, (items) => {
    const places = ({ work, middle }: typeof items[number]) => [room.now(work), middle];
    flight.each(items, () => 0, places, (jobs) => {
      jpegPlanesPass.run({ jobs: flight.data, x: squares, planes }, { jobs, side });
    });
    flight.each(
      items,
      () => 128,
      ({ stage, middle }) => {
        const { luma, chroma } = quantization(stage.quality);
        return [middle, flight.put(Uint32Array.of(...luma, ...chroma))];
      },
      (jobs) => jpegBlocksPass.run({ jobs: flight.data, data: flight.data, planes }, { jobs, side }),
    );
    flight.each(items, () => 0, places, (jobs) => {
      jpegMergePass.run({ jobs: flight.data, x: squares, planes }, { jobs, side });
    });
  });
}
