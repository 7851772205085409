/** Sharpness on the GPU. */
import { augmentSharpen } from "../../../kernels/augment_sharpen.ts";
import { kernel } from "../../core/kernel.ts";
import type { OperationOf } from "../transforms/operation.ts";
import type { AugmentBuffers, StagedImage } from "./augment_buffers.ts";
import { bits } from "./upload_batch.ts";

const sharpenPass = kernel("augment_sharpen", augmentSharpen);

/** Adjusts the sharpness of squares. */
export function sharpen(
  buffers: AugmentBuffers,
  items: readonly StagedImage[],
  stages: readonly OperationOf<"sharpness">[],
): void {
  const { upload, squares, side } = buffers;
  upload.dispatch(
    items,
    () => 0,
    (item, i) => [buffers.now(item), buffers.next(item), bits(1 - stages[i].by)],
    (jobs) => sharpenPass.run({ jobs: upload.data, x: squares }, { jobs, side }),
  );
}
