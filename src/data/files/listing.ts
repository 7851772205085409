/** Everything below a dataset's root, before it is known what it means. */
import { noProgress } from "../../base/progress.ts";
import type { FileTree, IgnoredFile } from "../types.ts";
import { nameFormat } from "../decode/formats.ts";
import { compareCodePoints, folderOf, isHidden } from "./paths.ts";

const TABLE = /\.(jsonl|ndjson|json|csv|tsv)$/i;

/** True for files that are read as images, by their ending. */
export function isImagePath(path: string): boolean {
  return nameFormat(path) !== undefined && !isHidden(path);
}

/** A folder with the images in it. Hidden folders are left out. */
export interface Folder {
  /** In the tree; "" is its top. */
  readonly path: string;
  readonly name: string;
  readonly folders: readonly Folder[];
  /** Images directly in it. */
  readonly images: readonly string[];
  /** Tables directly in it. */
  readonly tables: readonly string[];
  /** Number of images at any depth below it. */
  readonly total: number;
}

/** A tree's visible contents. */
export interface Listing {
  readonly tree: FileTree;
  readonly top: Folder;
  /** All files, hidden ones too, sorted by code point. */
  readonly paths: readonly string[];
  readonly images: readonly string[];
  /** What cannot be listed or read. */
  readonly faults: readonly IgnoredFile[];
}

/** Lists a tree. Nothing is read. */
export async function list(tree: FileTree, progress = noProgress): Promise<Listing> {
  using _ = progress(`listing the files of "${tree.name}"`);
  const paths = await tree.paths();
  const folders = (await tree.folders()).filter((folder) => !isHidden(folder));
  const visible = paths.filter((path) => !isHidden(path));
  const inside = Map.groupBy(visible, folderOf);
  const below = Map.groupBy(folders, folderOf);
  const images = visible.filter(isImagePath);
  return { tree, top: folder("", inside, below), paths, images, faults: await tree.faults?.() ?? [] };
}

type Contents = ReadonlyMap<string, readonly string[]>;

function folder(path: string, inside: Contents, below: Contents): Folder {
  const files = inside.get(path) ?? [];
  const folders = (below.get(path) ?? []).map((one) => folder(one, inside, below));
  const images = files.filter(isImagePath);
  return {
    path,
    name: path.slice(path.lastIndexOf("/") + 1),
    folders,
    images,
    tables: files.filter((file) => TABLE.test(file)),
    total: images.length + folders.reduce((sum, { total }) => sum + total, 0),
  };
}

/** A folder and all below it, sorted by code point. */
export function* eachFolder(top: Folder): Generator<Folder> {
  yield top;
  for (const one of top.folders) yield* eachFolder(one);
}

/** All images at any depth below a folder, sorted by code point. */
export function imagesBelow(top: Folder): string[] {
  return [...eachFolder(top)].flatMap(({ images }) => images).sort(compareCodePoints);
}

/** All tables at any depth below a folder, sorted by code point. */
export function tablesBelow(top: Folder): string[] {
  return [...eachFolder(top)].flatMap(({ tables }) => tables).sort(compareCodePoints);
}
