/** Near twins of a dataset, found once: images of the same bytes and classes have the same twins. */
import { sha256 } from "../../base/sha256.ts";
import type { FindAlike } from "../files/units.ts";
import { findTwins } from "../health/twins.ts";
import type { FileTree } from "../types.ts";
import type { DatasetContext } from "./plugin.ts";

/** Increase this when other images would count as twins. */
const VERSION = 1;

/** Finds twins in `tree`, or takes them from the cache. Groups are kept by the hashes of their images. */
export function keptTwins(tree: FileTree, context: DatasetContext): FindAlike {
  return async (samples, hashes) => {
    const folder = context.cacheFolder("twins");
    const labelled = samples.map(({ path, className }) => `${hashes.get(path)} ${className}`).sort();
    const name = `${(await sha256(JSON.stringify([VERSION, labelled]))).toHex().slice(0, 32)}.json`;
    const kept = readGroups(await context.folderStore(folder).readText(name));
    const hashesOf = (group: readonly string[]) => [...new Set(group.map((path) => hashes.get(path)!))];
    const groups = kept ?? (await find(tree, samples, context)).map(hashesOf);
    if (kept === undefined) {
      await context.writeAtomic(`${folder}/${name}`, new TextEncoder().encode(JSON.stringify(groups) + "\n"));
    }
    const paths = Map.groupBy(hashes.keys(), (path) => hashes.get(path)!);
    return groups.map((group) => group.flatMap((hash) => paths.get(hash) ?? []));
  };
}

function readGroups(text: string | undefined): string[][] | undefined {
  try {
    return text === undefined ? undefined : JSON.parse(text) as string[][];
  } catch {
    return undefined; // damaged: they are looked for again
  }
}

async function find(
  tree: FileTree,
  samples: Parameters<FindAlike>[0],
  { decode, parallel, progress }: DatasetContext,
): Promise<string[][]> {
  const images = [...new Map(samples.map((sample) => [sample.path, sample])).values()];
  return await findTwins(images, { tree, decode, parallel, progress });
}
