/** Images as a .zip, in which they are stored as they are; and a dataset as one of split and class folders. */
import { baseOf, folderNamed } from "../../src/data/files/paths.ts";
import { type Dataset, SPLITS } from "../../src/data/types.ts";
import { Zip, ZipPassThrough } from "fflate";

/** How far the writing is, and whether it is to end. */
interface Writing {
  readonly progress: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal: AbortSignal;
}

/** A file of a .zip, and what reads its contents. */
interface ZipEntry {
  readonly path: string;
  readonly read: () => Promise<Uint8Array>;
}

/** Writes files, one after the other. */
export async function storedZip(
  entries: readonly ZipEntry[],
  { progress, signal }: Writing,
): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let fault: Error | null = null;
  const zip = new Zip((error, data) => {
    fault ??= error;
    parts.push(data as Uint8Array<ArrayBuffer>);
  });
  for (const [i, { path, read }] of entries.entries()) {
    signal.throwIfAborted();
    const file = new ZipPassThrough(path);
    zip.add(file);
    file.push(await read(), true);
    if (i % 100 === 0) progress({ done: i, total: entries.length });
  }
  zip.end();
  if (fault !== null) throw fault;
  return new Blob(parts, { type: "application/zip" });
}

/** Writes all samples of a dataset. */
export async function cleanedZip(
  { classes, splits }: Dataset,
  read: (path: string) => Promise<Uint8Array>,
  writing: Writing,
): Promise<Blob> {
  const taken = new Set<string>();
  const entries = SPLITS.flatMap((split) =>
    splits[split].map(({ path, label }): ZipEntry => {
      const folder = `${split}/${folderNamed(classes[label])}`;
      return { path: freePath(folder, baseOf(path), taken), read: () => read(path) };
    })
  );
  return await storedZip(entries, writing);
}

function freePath(folder: string, base: string, taken: Set<string>): string {
  for (let n = 0;; n++) {
    const path = `${folder}/${n === 0 ? "" : `${n}_`}${base}`;
    if (taken.has(path)) continue;
    taken.add(path);
    return path;
  }
}
