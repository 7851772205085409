/** Near twins: photographs of one moment, or one photograph saved anew, which must not be on two sides of a split. */
import type { Decode, FileTree } from "../types.ts";
import { Sets } from "./disjoint_sets.ts";
import { fingerprint, TWIN_SIMILARITY } from "./fingerprint.ts";
import { visitNearPairs } from "./near_pairs.ts";

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
  /** Called after each image with the number of images seen so far. */
  readonly onProgress?: (seen: number) => void;
}

/** Groups of at least two images of one class that are near twins; images that cannot be decoded have none. */
export async function findTwins(
  images: readonly ClassImage[],
  { tree, decode, parallel, onProgress }: TwinOptions,
): Promise<string[][]> {
  const prints: (Uint8Array | undefined)[] = Array(images.length);
  let next = 0, seen = 0;
  const work = async () => {
    while (next < images.length) {
      const at = next++;
      prints[at] = await tree.read(images[at].path).then(decode).then(fingerprint, () => undefined);
      onProgress?.(++seen);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  const shown = images.flatMap((image, i) => prints[i] === undefined ? [] : [{ ...image, print: prints[i] }]);
  const sets = new Sets(shown.length);
  const isOther = (a: number, b: number) => shown[a].className !== shown[b].className;
  visitNearPairs(
    shown.map(({ print }) => print),
    TWIN_SIMILARITY,
    ({ first, second }) => sets.join(first, second),
    (first, second) => isOther(first, second) || sets.find(first) === sets.find(second),
  );
  return sets.groups().map((group) => group.map((i) => shown[i].path));
}
