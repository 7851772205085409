/** In which order samples are seen: positions in a split's list of samples. */
import { rng } from "../base/rng.ts";

/** A random order of `count` samples, a function of seed and epoch alone. */
export function shuffledOrder(count: number, seed: number, epoch: number): Uint32Array {
  return rng(seed, "shuffle", epoch).permutation(count);
}

/** The order in which the samples are listed, for evaluation. */
export function sequentialOrder(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}
