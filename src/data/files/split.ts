/** One split: its annotation files and its class folders, which may be mixed. */
import { DataError } from "../../base/errors.ts";
import { type ClassFolder, classFolders, isAnnotationPath, type LabelledPath } from "./image_folder.ts";
import { parseAnnotations } from "./jsonl.ts";
import type { FileTree, Split } from "../types.ts";
import { counted } from "../words.ts";

/** The location of a split and the contents of the tree; `notes` collects notes for the user. */
export interface SplitPlace {
  readonly split: Split;
  /** The split's folder in the tree. */
  readonly folder: string;
  /** The dataset's root in the tree, "" at the top. */
  readonly root: string;
  readonly paths: readonly string[];
  readonly folders: readonly string[];
  readonly notes: string[];
}

interface Line {
  readonly className: string;
}

/**
 * The samples of one split: annotation lines first, then class folders. A folder that contains an annotation file, or
 * whose images an annotation line assigns to another class, belongs to the annotations and is not a class folder. An
 * image that is both in its class's folder and in a line of that class counts once.
 *
 * @throws DataError if an annotation line cannot be used, a class folder has no images, or nothing is found
 */
export async function readSplit(tree: FileTree, place: SplitPlace): Promise<LabelledPath[]> {
  const { split, folder, paths, folders, notes } = place;
  const { samples, classesOf } = await readAnnotations(tree, place);
  const all = [...samples];
  for (const candidate of classFolders(folder, paths, folders)) {
    if (candidate.holdsAnnotations) continue;
    if (candidate.images.length === 0) throw emptyFolder(candidate);
    if (belongsToAnnotations(candidate, classesOf)) {
      const unnamed = candidate.images.filter((path) => !classesOf.has(path)).length;
      if (unnamed > 0) {
        notes.push(
          `${split}: left out ${counted(unnamed, "image")} in "${candidate.path}" not named by any line`,
        );
      }
      continue;
    }
    const rest = candidate.images.filter((path) => !classesOf.has(path));
    const twice = candidate.images.length - rest.length;
    if (twice > 0) {
      notes.push(
        `${split}: counted ${
          counted(twice, "image")
        } in "${candidate.path}" once (also named by annotation lines)`,
      );
    }
    for (const path of rest) all.push({ path, className: candidate.name });
  }
  if (all.length === 0) {
    throw new DataError(
      `Cannot use the ${split} split: "${folder}" in "${tree.name}" has no samples; ` +
        `need <class>/*.{jpg,jpeg,png,webp} or *.jsonl lines with a suffix`,
    );
  }
  return all;
}

async function readAnnotations(tree: FileTree, place: SplitPlace) {
  const existing = new Set(place.paths);
  const samples: LabelledPath[] = [];
  const classesOf = new Map<string, Line[]>();
  let emptySuffixes = 0;
  for (const file of place.paths) {
    if (!file.startsWith(`${place.folder}/`) || !isAnnotationPath(file.slice(place.folder.length + 1))) {
      continue;
    }
    const text = new TextDecoder().decode(await tree.read(file));
    const annotations = parseAnnotations(file, text, place.root, existing);
    for (const path of annotations.images) if (!classesOf.has(path)) classesOf.set(path, []);
    for (const sample of annotations.samples) {
      samples.push(sample);
      classesOf.get(sample.path)!.push(sample);
    }
    emptySuffixes += annotations.emptySuffixes;
  }
  if (emptySuffixes > 0) {
    place.notes.push(`${place.split}: left out ${counted(emptySuffixes, "line")} with an empty suffix`);
  }
  return { samples, classesOf };
}

function belongsToAnnotations(folder: ClassFolder, classesOf: ReadonlyMap<string, readonly Line[]>): boolean {
  return folder.images.some((path) => {
    const lines = classesOf.get(path);
    if (lines === undefined) return false;
    return lines.length === 0 || lines.some((line) => line.className !== folder.name);
  });
}

function emptyFolder(folder: ClassFolder): DataError {
  return new DataError(
    `Cannot use the class folder "${folder.path}": it has no images; ` +
      `add .jpg, .jpeg, .png or .webp files or remove the folder`,
  );
}
