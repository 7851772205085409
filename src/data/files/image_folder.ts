/** The folder-per-class layout: `<split>/<class>/**` holding .jpg, .jpeg, .png or .webp files [DATA-01]. */
import { isHidden } from "./paths.ts";

/** A sample before its class has an index. `where` names the file and line that say so, for messages. */
export interface LabelledPath {
  readonly path: string;
  readonly className: string;
  readonly where?: string;
}

/** The images of one class folder, and whether an annotation file lies in it. */
export interface ClassFolder {
  readonly name: string;
  /** Relative to the tree, as given. */
  readonly path: string;
  readonly images: readonly string[];
  readonly holdsAnnotations: boolean;
}

const IMAGE = /\.(jpe?g|png|webp)$/i;
const ANNOTATIONS = /\.jsonl$/i;

/** True for the files that the folder layout takes as images. */
export function isImagePath(path: string): boolean {
  return IMAGE.test(path) && !isHidden(path);
}

/** True for the files that the JSONL layout reads. */
export function isAnnotationPath(path: string): boolean {
  return ANNOTATIONS.test(path) && !isHidden(path);
}

/**
 * The folders right below a split, with the images at any depth below each. `paths` and `folders` are all that the
 * tree has, `splitFolder` is where the split lies in it. Hidden folders are left out; empty ones are not.
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
