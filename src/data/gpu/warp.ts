/** Warps on the GPU. */
import { augmentAffine } from "../../../kernels/augment_affine.ts";
import { kernel } from "../../core/kernel.ts";
import { inverseAffineMatrix } from "../transforms/affine.ts";
import type { AffineWarp, Color } from "../transforms/operation.ts";
import { bits } from "./flight.ts";
import type { Darkroom, Work } from "./work.ts";

const affinePass = kernel("augment_affine", augmentAffine);

/** A colour as a word. */
export function colorWord([r, g, b]: Color): number {
  return r | (g << 8) | (b << 16);
}

/** Affine warps of squares, all with the same interpolation. */
export function affines(room: Darkroom, works: readonly Work[], warps: readonly AffineWarp[]): void {
  const { flight, squares, side } = room;
  const half = side / 2;
  flight.each(
    works,
    () => 0,
    (work, i) => {
      const warp = warps[i];
      const matrix = inverseAffineMatrix(warp).map((value) => bits(Math.fround(value) / half));
      return [room.now(work), room.next(work), colorWord(warp.fill), ...matrix];
    },
    (jobs) => {
      const { interpolation } = warps[0];
      affinePass.run({ data: flight.data, x: squares }, { jobs, side, interpolation });
    },
  );
}
