/** Warps and other ways to read a square's pixels at other places, on the GPU. */
import { augmentRemap } from "../../../kernels/augment_remap.ts";
import { augmentWarp } from "../../../kernels/augment_warp.ts";
import { kernel } from "../../core/kernel.ts";
import { inverseAffineMatrix } from "../transforms/affine.ts";
import type { OperationOf } from "../transforms/operation.ts";
import { pixelatedPositions } from "../transforms/pixelate.ts";
import { bits, colorWord } from "./flight.ts";
import type { Darkroom, Work } from "./work.ts";

const warpPass = kernel("augment_warp", augmentWarp);
const remapPass = kernel("augment_remap", augmentRemap);

type Warp = OperationOf<"affine" | "perspective">;

/** Warps of squares, all of one kind and with the same interpolation. */
export function warps(room: Darkroom, works: readonly Work[], stages: readonly Warp[]): void {
  const { flight, squares, side } = room;
  const { kind: warp, interpolation } = stages[0];
  flight.each(
    works,
    () => 0,
    (work, i) => {
      const words = [room.now(work), room.next(work), colorWord(stages[i].fill)];
      return [...words, ...matrixOf(stages[i], side / 2).map(bits)];
    },
    (jobs) => warpPass.run({ jobs: flight.data, x: squares }, { jobs, side, warp, interpolation }),
  );
}

/** The numbers of a job: what leads to x and y as shares of half a side, then the divisor of perspective. */
function matrixOf(stage: Warp, half: number): number[] {
  if (stage.kind === "affine") return inverseAffineMatrix(stage).map((value) => Math.fround(value) / half);
  const [g, h] = stage.coefficients.slice(6);
  return [...stage.coefficients.slice(0, 6).map((value) => Math.fround(value) / half), g, h];
}

/** Pixelated and mirrored squares. */
export function remaps(
  room: Darkroom,
  works: readonly Work[],
  stages: readonly OperationOf<"flip" | "pixelate">[],
): void {
  const { flight, squares, side } = room;
  flight.each(
    works,
    () => 2 * side,
    (work, i) => {
      const stage = stages[i];
      const tables = stage.kind === "flip"
        ? [
          Uint32Array.from({ length: side }, (_, x) => side - 1 - x),
          Uint32Array.from({ length: side }, (_, y) => y),
        ]
        : [stage.width, stage.height].map((small) => new Uint32Array(pixelatedPositions(side, small)));
      return [room.now(work), room.next(work), ...tables.map((table) => flight.put(table))];
    },
    (jobs) => remapPass.run({ jobs: flight.data, data: flight.data, x: squares }, { jobs, side }),
  );
}
