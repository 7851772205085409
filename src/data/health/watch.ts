/**
 * Records facts about a dataset's files while they are read for training, so that the health check reads none itself.
 */
import type { FileTree } from "../types.ts";
import { contentFormat, nameFormat } from "../decode/formats.ts";

/** Number of bytes sampled from each file. */
const PROBES = 61;

/** What was observed of the files read so far, by path. */
export interface WatchedFiles {
  /** Files whose content does not match their extension, with their actual format. */
  readonly belied: ReadonlyMap<string, string>;
  /** Size and a sample of the bytes: the same for identical files, and hardly ever for others. */
  readonly probes: ReadonlyMap<string, string>;
  /** The original tree, without observation. */
  readonly source: FileTree;
}

/** Wraps `source` in a tree that records what is read. */
export function watchFiles(source: FileTree): { tree: FileTree; watched: WatchedFiles } {
  const belied = new Map<string, string>(), probes = new Map<string, string>();
  const read = async (path: string) => {
    const bytes = await source.read(path);
    if (!probes.has(path)) {
      probes.set(path, probe(bytes));
      const format = contentFormat(bytes), named = nameFormat(path);
      if (format !== undefined && named !== undefined && format !== named) {
        belied.set(path, `${format} by content`);
      }
    }
    return bytes;
  };
  return { tree: { ...source, read }, watched: { belied, probes, source } };
}

function probe(bytes: Uint8Array): string {
  const step = Math.max(1, bytes.length / PROBES);
  let key = `${bytes.length}:`;
  for (let at = step / 2; at < bytes.length; at += step) key += String.fromCharCode(bytes[Math.trunc(at)]);
  return key;
}
