/** Looks at files and remembers what was seen, so that none is looked at twice. */
import type { SeenFile } from "../../src/data/health/inspect.ts";
import type { FilePlace } from "../../src/data/types.ts";
import type { Inspectors } from "./inspectors.ts";

/** What looks at the files of a tree. */
export interface Looker {
  readonly inspectors: Inspectors;
  readonly place: (path: string) => FilePlace;
}

/** Looks at those of `paths` that are not known yet. */
export async function look(
  { inspectors, place }: Looker,
  seen: Map<string, SeenFile>,
  paths: readonly string[],
  onDone: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const left = paths.filter((path) => !seen.has(path));
  let done = paths.length - left.length;
  await inspectors.inspect(left, place, (path, file) => {
    seen.set(path, file);
    onDone(++done);
  }, signal);
}
