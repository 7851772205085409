/** Inspects every file of a dataset once: its bytes, pixels and appearance. Images are not kept. */
import { UnreachableError } from "../../base/errors.ts";
import { noProgress, type StartProgress } from "../../base/progress.ts";
import { sha256 } from "../../base/sha256.ts";
import { reasonOf } from "../decode/decoder.ts";
import type { Dataset, Decode, FileTree, Picture } from "../types.ts";
import { SPLITS } from "../types.ts";
import { contentFormat } from "../decode/formats.ts";
import { fingerprint } from "./fingerprint.ts";
import { measureLooks } from "./looks.ts";
import type { InspectedFile, PictureFacts, Place } from "./types.ts";

/** Options of {@link inspectFiles}. */
export interface InspectOptions {
  /** Number of files to read and decode concurrently. */
  readonly concurrency?: number;
  readonly progress?: StartProgress;
  /** Stops the check when aborted. */
  readonly signal?: AbortSignal;
}

/** What is seen in a file, whichever samples it belongs to. */
export type SeenFile = Omit<InspectedFile, "path" | "places">;

/** Inspects the file at a path; a fault is part of what is seen. */
export type Inspect = (path: string) => Promise<SeenFile>;

/** Inspects files of a tree on this thread. */
export function inspecting(tree: FileTree, decode: Decode): Inspect {
  return (path) => inspectBytes(() => tree.read(path), decode);
}

/**
 * Inspects every file that a sample names. The order is that of splits and samples, regardless of when decoding ends.
 */
export async function inspectFiles(
  dataset: Dataset,
  inspect: Inspect,
  { concurrency = 8, progress = noProgress, signal }: InspectOptions = {},
): Promise<InspectedFile[]> {
  const places = placesOf(dataset);
  const paths = [...places.keys()];
  const files = new Array<InspectedFile>(paths.length);
  using shown = progress("checking images", paths.length);
  let next = 0, done = 0;
  const work = async () => {
    while (next < paths.length) {
      signal?.throwIfAborted();
      const at = next++;
      const path = paths[at];
      files[at] = { path, places: places.get(path)!, ...await inspect(path) };
      shown.at(++done);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return files;
}

function placesOf({ splits }: Dataset): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const split of SPLITS) {
    for (const { path, label } of splits[split]) {
      const known = places.get(path);
      if (known === undefined) places.set(path, [{ split, label }]);
      else known.push({ split, label });
    }
  }
  return places;
}

/** Inspects a file's bytes, which `read` gives. @throws UnreachableError if nothing can be read any more */
export async function inspectBytes(read: () => Promise<Uint8Array>, decode: Decode): Promise<SeenFile> {
  let format: string | undefined, byteHash = "";
  try {
    const bytes = await read();
    format = contentFormat(bytes);
    byteHash = (await sha256(bytes)).toHex();
    const picture = await factsOf(await decode(bytes));
    return { format, byteHash, picture, reason: undefined };
  } catch (error) {
    if (error instanceof UnreachableError) throw error;
    return { format, byteHash, picture: undefined, reason: reasonOf(error) };
  }
}

async function factsOf(picture: Picture): Promise<PictureFacts> {
  const { width, height, data } = picture;
  if (width < 1 || height < 1 || data.length !== width * height * 3) {
    throw new RangeError(`the decoder returned ${data.length} values for an image of ${width}x${height}`);
  }
  return {
    width,
    height,
    pixelHash: `${width}x${height}:${(await sha256(data)).toHex()}`,
    looks: measureLooks(picture),
    assumedBits: picture.assumedBits,
    fingerprint: fingerprint(picture),
  };
}
