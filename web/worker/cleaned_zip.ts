/** A dataset as a .zip of split and class folders, with corrections applied. Images are stored as they are. */
import type { Correction } from "../../src/data/files/patch.ts";
import { baseOf } from "../../src/data/files/paths.ts";
import { Zip, ZipPassThrough } from "fflate";
import type { Catalog } from "./catalog.ts";

/** How far the writing is, and whether it is to end. */
interface Writing {
  readonly progress: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal: AbortSignal;
}

/** Writes all samples that the corrections leave. */
export async function cleanedZip(
  { dataset, entries }: Catalog,
  read: (path: string) => Promise<Uint8Array>,
  corrections: readonly Correction[],
  { progress, signal }: Writing,
): Promise<Blob> {
  const byPath = new Map(corrections.map((correction) => [correction.image, correction]));
  const parts: Uint8Array<ArrayBuffer>[] = [], taken = new Set<string>();
  let fault: Error | null = null;
  const zip = new Zip((error, data) => {
    fault ??= error;
    parts.push(data as Uint8Array<ArrayBuffer>);
  });
  for (const [i, { path, split, label }] of entries.entries()) {
    signal.throwIfAborted();
    const correction = byPath.get(path);
    if (correction?.action === "drop") continue;
    const className = correction?.label ?? dataset.classes[label];
    const folder = `${correction?.action === "move" ? correction.split : split}/${folderName(className)}`;
    const file = new ZipPassThrough(freePath(folder, baseOf(path), taken));
    zip.add(file);
    file.push(await read(path), true);
    if (i % 100 === 0) progress({ done: i, total: entries.length });
  }
  zip.end();
  if (fault !== null) throw fault;
  return new Blob(parts, { type: "application/zip" });
}

/** A class as the name of a folder. */
function folderName(className: string): string {
  return className.replaceAll(/[\\/:]/g, "_").replace(/^\.+/, "_");
}

function freePath(folder: string, base: string, taken: Set<string>): string {
  for (let n = 0;; n++) {
    const path = `${folder}/${n === 0 ? "" : `${n}_`}${base}`;
    if (taken.has(path)) continue;
    taken.add(path);
    return path;
  }
}
