/** Camera and codec degradations on the GPU: blur, noise and JPEG, all in place. */
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
import { bits } from "./upload_batch.ts";
import type { AugmentBuffers, StagedImage } from "./augment_buffers.ts";

const blurPass = kernel("augment_blur", augmentBlur);
const noisePass = kernel("augment_noise", augmentNoise);
const jpegPlanesPass = kernel("augment_jpeg_planes", augmentJpegPlanes);
const jpegBlocksPass = kernel("augment_jpeg_blocks", augmentJpegBlocks);
const jpegMergePass = kernel("augment_jpeg_merge", augmentJpegMerge);

/** An image, its stage, and its offset in the memory between the passes. */
interface StageItem<Stage> {
  readonly item: StagedImage;
  readonly stage: Stage;
  readonly middle: number;
}

/** Calls `body` with as many images at a time as fit between the passes; each takes `words` there. */
function inGroups<Stage>(
  { middle }: AugmentBuffers,
  words: number,
  items: readonly StagedImage[],
  stages: readonly Stage[],
  body: (group: readonly StageItem<Stage>[]) => void,
): void {
  const most = Math.max(1, Math.floor(middle.size / words));
  for (let first = 0; first < items.length; first += most) {
    const group = items.slice(first, first + most);
    body(group.map((item, i) => ({ item, stage: stages[first + i], middle: i * words })));
  }
}

/** Gaussian blurs. */
export function blurs(
  buffers: AugmentBuffers,
  items: readonly StagedImage[],
  stages: readonly OperationOf<"blur">[],
): void {
  const { upload, squares, side } = buffers;
  const { shape, device, storage } = buffers.middle;
  const middle = new Tensor(device, shape, "f32", storage);
  inGroups(buffers, 3 * side * buffers.pitch, items, stages, (group) => {
    for (const [axis, pass] of (["rows", "columns"] as const).entries()) {
      upload.dispatch(
        group,
        ({ stage }) => stage.kernel[axis],
        ({ item, stage: { kernel, sigma }, middle }) => {
          const weights = gaussianWeights(kernel[axis], sigma[axis]);
          return [buffers.now(item), middle, upload.put(new Uint32Array(weights.buffer)), kernel[axis]];
        },
        (jobs) =>
          blurPass.run({ jobs: upload.data, data: upload.data, x: squares, middle }, { jobs, side, pass }),
      );
    }
  });
}

/** Gaussian noise. */
export function noises(
  buffers: AugmentBuffers,
  items: readonly StagedImage[],
  stages: readonly OperationOf<"noise">[],
): void {
  const { upload, squares, side } = buffers;
  upload.dispatch(
    items,
    () => 0,
    (item, i) => [buffers.now(item), bits(stages[i].sigma), ...stages[i].key],
    (jobs) => noisePass.run({ jobs: upload.data, x: squares }, { jobs, side }),
  );
}

/** JPEG round trips. */
export function jpegs(
  buffers: AugmentBuffers,
  items: readonly StagedImage[],
  stages: readonly OperationOf<"jpeg">[],
): void {
  const { upload, squares, side, middle: planes } = buffers;
  inGroups(buffers, jpegPlanes(side).words, items, stages, (group) => {
    const places = ({ item, middle }: typeof group[number]) => [buffers.now(item), middle];
    upload.dispatch(group, () => 0, places, (jobs) => {
      jpegPlanesPass.run({ jobs: upload.data, x: squares, planes }, { jobs, side });
    });
    upload.dispatch(
      group,
      () => 128,
      ({ stage, middle }) => {
        const { luma, chroma } = quantization(stage.quality);
        return [middle, upload.put(Uint32Array.of(...luma, ...chroma))];
      },
      (jobs) => jpegBlocksPass.run({ jobs: upload.data, data: upload.data, planes }, { jobs, side }),
    );
    upload.dispatch(group, () => 0, places, (jobs) => {
      jpegMergePass.run({ jobs: upload.data, x: squares, planes }, { jobs, side });
    });
  });
}
