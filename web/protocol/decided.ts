/**
 * What was decided about images, as lists of plain values: sent, and kept in the browser's database, with one object for
 * each kind of decision rather than one for each image, which keeps a page busy at 100,000 images.
 */
import type { Correction } from "../../src/data/files/patch.ts";
import type { Split } from "../../src/data/types.ts";

/** What is to become of an image. */
export interface Decision {
  readonly isDropped?: boolean;
  readonly label?: string;
  readonly split?: Split;
}

/** Decisions by path, in the order in which they were made. */
export type Decisions = ReadonlyMap<string, Decision>;

/** The same in lists: image `paths[i]` is decided as `kinds[kindOf[i]]` says. */
export interface Decided {
  readonly paths: readonly string[];
  readonly kinds: readonly Decision[];
  readonly kindOf: Uint32Array<ArrayBuffer>;
}

/** Decisions as lists. */
export function decidedOf(decisions: Decisions): Decided {
  const numbers = new Map<Decision, number>(), kindOf = new Uint32Array(decisions.size);
  let i = 0;
  for (const decision of decisions.values()) {
    const number = numbers.get(decision) ?? numbers.size;
    numbers.set(decision, number);
    kindOf[i++] = number;
  }
  return { paths: [...decisions.keys()], kinds: [...numbers.keys()], kindOf };
}

/** Lists as decisions. */
export function decisionsOf({ paths, kinds, kindOf }: Decided): Decisions {
  const decisions = new Map<string, Decision>();
  for (let i = 0; i < paths.length; i++) decisions.set(paths[i], kinds[kindOf[i]]);
  return decisions;
}

/** What a patch says of them: nothing of an image whose decision was taken back. */
export function correctionsOf({ paths, kinds, kindOf }: Decided): Correction[] {
  return paths.flatMap((image, i): Correction[] => {
    const { isDropped, label, split } = kinds[kindOf[i]];
    if (isDropped) return [{ image, action: "drop", reason: "decided in the page" }];
    if (split !== undefined) return [{ image, action: "move", split, ...(label !== undefined && { label }) }];
    return label === undefined ? [] : [{ image, action: "relabel", label }];
  });
}
