/** Copies of an image: the same bytes, the same pixels, or pixels that differ no more than by re-encoding. */
import type { Sets } from "./disjoint_sets.ts";
import { COPY_SIMILARITY, isCopy, similarity } from "./fingerprint.ts";
import type { NearPairs, VisitOptions } from "./near_pairs.ts";
import type { InspectedFile } from "./types.ts";

/** Joins positions with equal keys. */
export function joinEqual(keys: readonly string[], sets: Sets): void {
  const first = new Map<string, number>();
  keys.forEach((key, i) => {
    const known = first.get(key);
    if (known === undefined) first.set(key, i);
    else sets.join(known, i);
  });
}

/** Joins those of `images` that are one image saved twice. */
export async function joinReencoded(
  pairs: NearPairs,
  copies: Sets,
  images: readonly number[],
  options: Omit<VisitOptions, "isKnown">,
): Promise<void> {
  const { fingerprints } = pairs;
  await pairs.visit(
    COPY_SIMILARITY,
    ({ first, second }) => {
      if (isCopy(fingerprints[first], fingerprints[second])) copies.join(first, second);
    },
    { ...options, isKnown: (same) => same(copies) },
    images,
  );
}

/** How an image resembles another, in a few words. */
export function relationOf(file: InspectedFile, other: InspectedFile): string {
  if (file.byteHash === other.byteHash) return "same bytes";
  if (file.picture!.pixelHash === other.picture!.pixelHash) return "same pixels";
  const one = file.picture!.fingerprint, two = other.picture!.fingerprint;
  return isCopy(one, two) ? "re-encoded" : `${(100 * similarity(one, two)).toFixed(1)} % similar`;
}
