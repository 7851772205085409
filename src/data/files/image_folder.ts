/** The folder-per-class layout: `<split>/<class>/**` with .jpg, .jpeg, .png or .webp files [DATA-01]. */
import { isHidden } from "./paths.ts";

/** A sample whose class has no index yet. `where` names the file and line it comes from, for messages. */
export interface LabelledPath {
  readonly path: string;
  readonly className: string;
  readonly where?: string;
}

/** The images of one class folder, and whether it contains an annotation file. */
export interface ClassFolder {
  readonly name: string;
  /** Relative to the tree, as given. */
  readonly path: string;
  readonly images: readonly string[];
  readonly holdsAnnotations: boolean;
}

const IMAGE = /\.(jpe?g|png|webp)$/i;
const ANNOTATIONS = /\.jsonl$/i;

/** True for files that the folder layout reads as images. */
export function isImagePath(path: string): boolean {
  return IMAGE.test(path) && !isHidden(path);
}

/** True for files that the JSONL layout reads. */
export function isAnnotationPath(path: string): boolean {
  return ANNOTATIONS.test(path) && !isHidden(path);
}

/**
 * The folders directly below a split, each with the images at any depth below it. `paths` and `folders` list
 * everything in the tree, and `splitFolder` is the split's folder in it. Hidden folders are left out; empty ones are
 * kept.
 */
export function classFolders(
  splitFolder: string,
  paths: readonly string[],
  folders: readonly string[],
): ClassFolder[] {
  const prefix = `${splitFolder}/`;
  const found = new Map<string, { images: string[]; holdsAnnotations: boolean }>();
  for (const folder of folders) {
    if (!folder.startsWith(prefix)) continue;
    const name = folder.slice(prefix.length);
    if (!name.includes("/") && !isHidden(name)) found.set(name, { images: [], holdsAnnotations: false });
  }
  for (const path of paths) {
    if (!path.startsWith(prefix)) continue;
    const folder = found.get(path.slice(prefix.length, path.indexOf("/", prefix.length)));
    if (folder === undefined || !path.includes("/", prefix.length)) continue;
    if (isImagePath(path)) folder.images.push(path);
    if (isAnnotationPath(path)) folder.holdsAnnotations = true;
  }
  return [...found].map(([name, folder]) => ({ name, path: prefix + name, ...folder }));
}
