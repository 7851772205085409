/**
 * Vectors that all lanes of a subgroup need: each lane loads its share of them, and gives it to the others by
 * subgroupBroadcast. On llvmpipe a load takes as long as 20 multiply-adds, and a broadcast about one. Other compilers
 * than wgpu's want `enable subgroups;` first.
 */
import { unroll } from "./source.ts";

/** Lanes of a subgroup that share their loads. */
export const SHARING_LANES = 8;

/** `text(round, element)` for each vector that a lane loads; the variable `lane` has its number. */
export function eachShare(count: number, text: (round: number, element: string) => string): string {
  return unroll(
    Math.ceil(count / SHARING_LANES),
    (round) => text(round, `min(lane + ${SHARING_LANES * round}, ${count - 1})`),
  );
}

/** WGSL: the i-th of the vectors, once each lane has loaded `mine<round>`. */
export function shared(i: number): string {
  return `subgroupBroadcast(mine${Math.floor(i / SHARING_LANES)}, ${i % SHARING_LANES}u)`;
}
