/** Near twins: photographs of one moment, or one photograph saved anew, which must not be on two sides of a split. */
import { noProgress, type StartProgress } from "../../base/progress.ts";
import type { Decode, FileTree } from "../types.ts";
import { Sets } from "./disjoint_sets.ts";
import { fingerprint, TWIN_SIMILARITY } from "./fingerprint.ts";
import { NearPairs } from "./near_pairs.ts";

/** An image of a class. */
export interface ClassImage {
  readonly path: string;
  readonly className: string;
}

/** What is needed to find twins. */
export interface TwinOptions {
  readonly tree: FileTree;
  readonly decode: Decode;
  /** Images decoded at the same time. */
  readonly parallel: number;
  readonly progress?: StartProgress;
}

/** Groups of at least two images of one class that are near twins; images that cannot be decoded have none. */
export async function findTwins(images: readonly ClassImage[], options: TwinOptions): Promise<string[][]> {
  const { progress = noProgress } = options;
  return await twinsOf(images, await fingerprintsOf(images, options, progress), { progress });
}

/** The same for images whose fingerprints are known; one without has no twins. */
export async function twinsOf(
  images: readonly ClassImage[],
  prints: readonly (Uint8Array | undefined)[],
  { progress = noProgress, signal }: { progress?: StartProgress; signal?: AbortSignal } = {},
): Promise<string[][]> {
  const shown = [...images.keys()].filter((i) => prints[i] !== undefined);
  const pairs = new NearPairs(shown.map((i) => prints[i]!)), sets = new Sets(shown.length);
  using compared = progress("comparing images", shown.length);
  let done = 0;
  for (const members of Map.groupBy(shown.keys(), (i) => images[shown[i]].className).values()) {
    await pairs.visit(TWIN_SIMILARITY, ({ first, second }) => sets.join(first, second), {
      signal,
      isKnown: (same) => same(sets),
      onProgress: (more) => compared.at(done + more),
    }, members);
    done += members.length;
  }
  return sets.groups().map((group) => group.map((i) => images[shown[i]].path));
}

/** Undefined for an image that cannot be decoded. */
async function fingerprintsOf(
  images: readonly ClassImage[],
  { tree, decode, parallel }: TwinOptions,
  progress: StartProgress,
): Promise<(Uint8Array | undefined)[]> {
  using decoded = progress("looking for near twins among images", images.length);
  const prints: (Uint8Array | undefined)[] = Array(images.length);
  let next = 0, seen = 0;
  const work = async () => {
    while (next < images.length) {
      const at = next++;
      prints[at] = await tree.read(images[at].path).then(decode).then(fingerprint, () => undefined);
      decoded.at(++seen);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return prints;
}
