/** The dataset that the page's server offers: the parts of an archive, or the files of a folder by number. */
import type { ByteSource } from "../../base/byte_source.ts";
import { concatBytes } from "../../base/bytes.ts";
import { messageOf } from "../../base/errors.ts";
import type { FileTree } from "../../data/types.ts";
import { FAULT, type ServedListing } from "../../host/browser_served.ts";

/** What the server gives of a dataset, whose fields the page reads by the names of src/host/browser_served.ts. */
export interface Offered {
  readonly listing: ServedListing;
  /** The archive, where it is one. */
  readonly archive?: ByteSource;
  /** The files of these numbers of the listing, one after the other; undefined if there is no such number. */
  files(numbers: readonly number[]): ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
}

/** Offers a tree; `open` opens the file that it is in, where all of it is in one. */
export async function offer(
  tree: FileTree,
  open: (path: string) => Promise<ByteSource>,
): Promise<Offered> {
  const { name } = tree, paths = await tree.paths();
  if (paths.length > 0 && paths.every((path) => tree.place?.(path).source === name)) {
    const archive = await open(name);
    return { listing: { name, size: archive.size }, archive, files: () => undefined };
  }
  const folders = await tree.folders(), faults = await tree.faults?.() ?? [];
  return {
    listing: { name, paths, folders, faults },
    files(numbers) {
      const asked = numbers.map((number) => paths[number]);
      return asked.includes(undefined as never) ? undefined : streamOf(tree, asked);
    },
  };
}

/** Bytes that are sent at once, if the files are not longer. */
const CHUNK = 2 ** 18;

/** Files as `servedFiles` reads them. */
function streamOf(tree: FileTree, paths: readonly string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      const parts: Uint8Array[] = [];
      for (let bytes = 0; next < paths.length && bytes < CHUNK; next++) {
        const file = await framed(tree, paths[next]);
        parts.push(file);
        bytes += file.length;
      }
      controller.enqueue(concatBytes(parts));
      if (next === paths.length) controller.close();
    },
  });
}

function framed(tree: FileTree, path: string): Promise<Uint8Array> {
  return tree.read(path).then((bytes) => concatBytes([uint32(bytes.length), bytes]), (error) => {
    const reason = new TextEncoder().encode(messageOf(error));
    return concatBytes([uint32(FAULT), uint32(reason.length), reason]);
  });
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
