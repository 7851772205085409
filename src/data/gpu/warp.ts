/** Warps and other remappings of a square's pixels on the GPU. */
import { augmentRemap } from "../../../kernels/augment_remap.ts";
import { augmentWarp } from "../../../kernels/augment_warp.ts";
import { kernel } from "../../core/kernel.ts";
import { inverseAffineMatrix } from "../transforms/affine.ts";
import type { OperationOf } from "../transforms/operation.ts";
import { pixelatedPositions } from "../transforms/pixelate.ts";
import { bits, colorWord } from "./upload_batch.ts";
import type { AugmentBuffers, StagedImage } from "./augment_buffers.ts";

const warpPass = kernel("augment_warp", augmentWarp);
const remapPass = kernel("augment_remap", augmentRemap);

type Warp = OperationOf<"affine" | "perspective">;

/** Warps squares. All stages must have the same kind and interpolation. */
export function warps(buffers: AugmentBuffers, items: readonly StagedImage[], stages: readonly Warp[]): void {
  const { upload, squares, side } = buffers;
  const { kind: warp, interpolation } = stages[0];
  upload.dispatch(
    items,
    () => 0,
    (item, i) => {
      const words = [buffers.now(item), buffers.next(item), colorWord(stages[i].fill)];
      return [...words, ...matrixOf(stages[i], side / 2).map(bits)];
    },
    (jobs) => warpPass.run({ jobs: upload.data, x: squares }, { jobs, side, warp, interpolation }),
  );
}

/** The matrix of a job: the rows for x and y in units of half a side, then the divisor of a perspective. */
function matrixOf(stage: Warp, half: number): number[] {
  if (stage.kind === "affine") return inverseAffineMatrix(stage).map((value) => Math.fround(value) / half);
  const [g, h] = stage.coefficients.slice(6);
  return [...stage.coefficients.slice(0, 6).map((value) => Math.fround(value) / half), g, h];
}

/** Pixelates and mirrors squares. */
export function remaps(
  buffers: AugmentBuffers,
  items: readonly StagedImage[],
  stages: readonly OperationOf<"flip" | "pixelate">[],
): void {
  const { upload, squares, side } = buffers;
  upload.dispatch(
    items,
    () => 2 * side,
    (item, i) => {
      const stage = stages[i];
      const tables = stage.kind === "flip"
        ? [
          Uint32Array.from({ length: side }, (_, x) => side - 1 - x),
          Uint32Array.from({ length: side }, (_, y) => y),
        ]
        : [stage.width, stage.height].map((small) => new Uint32Array(pixelatedPositions(side, small)));
      return [buffers.now(item), buffers.next(item), ...tables.map((table) => upload.put(table))];
    },
    (jobs) => remapPass.run({ jobs: upload.data, data: upload.data, x: squares }, { jobs, side }),
  );
}
