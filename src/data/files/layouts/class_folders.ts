import { counted } from "../../words.ts";
import type { Layout, Reading } from "../layout.ts";
import { type Folder, imagesBelow } from "../listing.ts";
import { splitInName } from "../split_names.ts";

/**
 * A folder for each class and no splits: `<class>/**`, at the top or below folders that have nothing else in them. As
 * in torchvision's ImageFolder, the class is the first folder.
 */
export const class_folders: Layout = {
  title: "the first folder is the class",
  read: ({ top }) => Promise.resolve(readClasses(top, classesOf(top))),
};

/** The same where each of those folders has only folders in it, which could be the classes. */
export const innermost_folders: Layout = {
  title: "the second folder is the class",
  read({ top }) {
    const groups = classesOf(top);
    const isDeep = groups.every(({ images, folders }) => images.length === 0 && folders.length > 1);
    return Promise.resolve(isDeep ? readClasses(top, groups.flatMap(filled)) : undefined);
  },
};

function readClasses(top: Folder, folders: readonly Folder[]): Reading | undefined {
  const classes = Map.groupBy(folders, ({ name }) => name);
  const areSplits = folders.every(({ name }) => splitInName(name) !== undefined);
  if (classes.size < 2 || areSplits) return undefined;
  const root = rootOf(top);
  const all = folders.flatMap((folder) =>
    imagesBelow(folder).map((path) => ({ path, className: folder.name }))
  );
  return {
    understood: `${counted(classes.size, "class folder")}, no splits`,
    parts: { all },
    tables: [],
    ignored: new Map(root.images.map((path) => [path, "not in a class folder"])),
    notes: [],
  };
}

/** The folder of the class folders: the first one with more than one folder that has images. */
function rootOf(top: Folder): Folder {
  const folders = filled(top);
  return folders.length === 1 && top.images.length === 0 ? rootOf(folders[0]) : top;
}

const classesOf = (top: Folder) => filled(rootOf(top));

/** The folders in a folder that have images at any depth. */
function filled({ folders }: Folder): readonly Folder[] {
  return folders.filter(({ total }) => total > 0);
}
