/** Notes what passes by when a dataset's files are read for training, so that no file is read for its health alone. */
import type { FileTree } from "../types.ts";
import { contentFormat, nameFormat } from "./content.ts";

/** Bytes that are looked at of each file. */
const PROBES = 61;

/** What was seen of files that were read, by path. */
export interface WatchedFiles {
  /** Of files that are not what their name says: what they are. */
  readonly belied: ReadonlyMap<string, string>;
  /** Size and some of the bytes: the same for equal files, and hardly ever for others. */
  readonly probes: ReadonlyMap<string, string>;
  /** The tree itself, unwatched. */
  readonly source: FileTree;
}

/** A tree that is read like `source`, and what is seen of it. */
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
