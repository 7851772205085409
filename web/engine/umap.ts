/** A map by neighbourhoods (McInnes et al. 2018), by umap-js; the same features have the same map. */
import { UMAP } from "umap-js";
import { rng } from "../../src/base/rng.ts";
import { nextTask } from "../next_task.ts";
import type { Amount } from "../protocol/calls.ts";

/** Neighbours that count, as umap-learn has it. */
const NEIGHBOURS = 15;
/** Rounds after which others may use the thread. */
const BREATH = 5;

/** Coordinates [M, 2] of every so-manieth of rows of features [N, width]. */
export async function umapOf(
  features: Float32Array,
  width: number,
  every: number,
  { progress, signal }: { readonly progress: (now: Amount) => void; readonly signal: AbortSignal },
): Promise<Float32Array> {
  const rows: number[][] = [];
  for (let at = 0; at < features.length; at += every * width) {
    rows.push(Array.from(features.subarray(at, at + width)));
  }
  const random = rng(0, "umap");
  const map = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(NEIGHBOURS, rows.length - 1),
    random: () => random.uniform(),
  });
  const total = map.initializeFit(rows);
  for (let done = 0; done < total; done++) {
    map.step();
    if (done % BREATH !== 0) continue;
    progress({ done, total });
    await nextTask();
    signal.throwIfAborted();
  }
  return Float32Array.from(map.getEmbedding().flat());
}
