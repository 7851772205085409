/** Finds the image that a table names, in any of the ways in which tables name images. */
import { largest } from "../../base/lists.ts";
import { baseOf, folderOf, resolveInside, stemOf } from "./paths.ts";
import { splitInPath } from "./split_names.ts";
import type { Split } from "../types.ts";

/** Images by path, and by name with and without ending. */
export class ImageIndex {
  readonly #paths: ReadonlySet<string>;
  readonly #byStem = new Map<string, string>();
  readonly #byName = new Map<string, string[]>();

  constructor(images: readonly string[]) {
    this.#paths = new Set(images);
    for (const path of images) {
      const stem = stemOf(path);
      this.#byStem.set(stem, path);
      for (const name of new Set([baseOf(path), baseOf(stem)])) {
        const known = this.#byName.get(name);
        if (known === undefined) this.#byName.set(name, [path]);
        else known.push(path);
      }
    }
  }

  /**
   * The image that `value` in the table `file` names: a path from the table's folder or any above it; else an image
   * whose name and next folder are those of the path, as for paths of another machine; for a name alone, the only
   * image of that name. The ending may be missing. Images in folders of other splits than `split` do not count.
   * Undefined if there is none, or if it is not clear which.
   */
  find(value: string, file: string, split: Split | undefined): string | undefined {
    if (value === "") return undefined;
    for (let folder = folderOf(file);; folder = folderOf(folder)) {
      const found = this.#at(resolveInside(folder, value));
      if (found !== undefined) return found;
      if (folder === "") break;
    }
    const [name, ...folders] = value.split(/[\\/]+/).filter((part) => part !== "" && part !== ".").reverse();
    const alike = this.#byName.get(name) ?? [];
    const possible = alike.filter((path) =>
      [undefined, split ?? splitInPath(path)].includes(splitInPath(path))
    );
    const best = folders.length === 0 ? possible : closest(possible, folders);
    return best.length === 1 ? best[0] : undefined;
  }

  #at(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    return this.#paths.has(path) ? path : this.#byStem.get(path);
  }
}

/** Of images of one name, those that share most of `folders`, the nearest first, and at least one of them. */
function closest(paths: readonly string[], folders: readonly string[]): string[] {
  const shared = (path: string) => {
    const own = path.split("/").reverse().slice(1);
    const end = folders.findIndex((part, i) => part !== own[i]);
    return end < 0 ? folders.length : end;
  };
  const most = largest(paths.map(shared), 1);
  return paths.filter((path) => shared(path) === most);
}
