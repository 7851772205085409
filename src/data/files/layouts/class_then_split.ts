import { append } from "../../../base/lists.ts";
import { counted } from "../../words.ts";
import type { Layout } from "../layout.ts";
import { type Folder, imagesBelow } from "../listing.ts";
import { splitNamed } from "../split_names.ts";
import type { LabelledPath } from "../table.ts";
import { type Split, SPLITS } from "../../types.ts";

/** Splits within classes: `<class>/<split>/**`, at the top or below folders that have nothing else in them. */
export const class_then_split: Layout = {
  title: "splits within class folders",
  read({ top }, { splits }) {
    const root = rootOf(top);
    if (root === undefined) return Promise.resolve(undefined);
    const parts: Partial<Record<Split, LabelledPath[]>> = {};
    const ignored = new Map(root.images.map((path) => [path, "not in a class folder"]));
    for (const { name: className, images, folders } of root.folders) {
      for (const path of images) ignored.set(path, `in class "${className}", but in none of its splits`);
      for (const folder of folders) {
        const split = splitNamed(folder.name), paths = imagesBelow(folder);
        const isLeftOut = split !== undefined && splits[split] === null;
        if (split === undefined) {
          for (const path of paths) ignored.set(path, `"${folder.name}" is no split`);
        } else if (isLeftOut) {
          for (const path of paths) ignored.set(path, `data.splits leaves ${split} out`);
        } else append(parts[split] ??= [], paths.map((path) => ({ path, className })));
      }
    }
    const names = SPLITS.filter((split) => parts[split] !== undefined).join(", ");
    const understood = `${counted(root.folders.length, "class folder")} with ${names} in each`;
    return Promise.resolve({ understood, parts, tables: [], ignored, notes: [] });
  },
};

/** The folder whose folders all have a folder train with images in it. */
function rootOf(top: Folder): Folder | undefined {
  const folders = top.folders.filter(({ total }) => total > 0);
  if (folders.length > 1) return folders.every(hasTrain) ? { ...top, folders } : undefined;
  return folders.length === 1 ? rootOf(folders[0]) : undefined;
}

function hasTrain({ folders }: Folder): boolean {
  return folders.some(({ name, total, images }) =>
    splitNamed(name) === "train" && total > 0 && images.length > 0
  );
}
