/** What became of every file below a dataset's root that is not used as an image. */
import type { IgnoredFile } from "../types.ts";
import { isImagePath, type Listing } from "./listing.ts";
import { baseOf, compareCodePoints, isHidden, stemOf } from "./paths.ts";

/** The reason of files that nobody misses. */
export const HIDDEN = "hidden, or made by a system";

/** Every file that no sample uses, with the reason, sorted by path. */
export function accountFor(
  { paths, faults }: Listing,
  used: ReadonlySet<string>,
  reasons: ReadonlyMap<string, string>,
): IgnoredFile[] {
  const unused = paths.filter((path) => !used.has(path))
    .map((path) => ({ path, reason: reasons.get(path) ?? reasonFor(path) }));
  return [...unused, ...faults].sort((a, b) => compareCodePoints(a.path, b.path));
}

function reasonFor(path: string): string {
  if (isHidden(path)) return HIDDEN;
  if (isImagePath(path)) return "outside the folders that were understood";
  const base = baseOf(path), ending = base.slice(baseOf(stemOf(path)).length).toLowerCase();
  return ending === "" ? "no ending that is read" : `${ending} files are not read`;
}
