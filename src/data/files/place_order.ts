/** The order in which files are read fastest. */
import type { FilePlace } from "../types.ts";

/** The paths by where their bytes are: those of an archive from its start to its end, whatever their names. */
export function inPlaceOrder(paths: readonly string[], place: (path: string) => FilePlace): string[] {
  const placed = paths.map((path) => {
    const { part, entry } = place(path);
    return { path, offset: (part?.offset ?? 0) + (entry?.offset ?? 0) };
  });
  return placed.sort((a, b) => a.offset - b.offset).map(({ path }) => path);
}
