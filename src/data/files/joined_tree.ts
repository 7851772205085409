/** Trees made of others: several side by side, and a folder of one as a root. */
import type { FileTree } from "../types.ts";
import { compareCodePoints, join } from "./paths.ts";

/** Several trees as one: each is a folder of its name. `top` lies beside them. */
export function joinedTree(name: string, folders: ReadonlyMap<string, FileTree>, top: FileTree): FileTree {
  const place = (path: string): [FileTree, string] => {
    const end = path.indexOf("/"), tree = folders.get(path.slice(0, Math.max(0, end)));
    return tree === undefined ? [top, path] : [tree, path.slice(end + 1)];
  };
  const all = async (list: (tree: FileTree) => Promise<readonly string[]>) => {
    const below = await Promise.all(
      [...folders].map(async ([folder, tree]) => (await list(tree)).map((path) => join(folder, path))),
    );
    return [...below.flat(), ...await list(top)];
  };
  return {
    name,
    paths: async () => (await all((tree) => tree.paths())).sort(compareCodePoints),
    folders: async () => [...folders.keys(), ...await all((tree) => tree.folders())].sort(compareCodePoints),
    faults: async () => {
      const below = await Promise.all(
        [...folders].map(async ([folder, tree]) =>
          (await tree.faults?.() ?? []).map((fault) => ({ ...fault, path: join(folder, fault.path) }))
        ),
      );
      return [...below.flat(), ...await top.faults?.() ?? []];
    },
    read: (path) => {
      const [tree, own] = place(path);
      return tree.read(own);
    },
    ...([top, ...folders.values()].every((tree) => tree.place) && {
      place: (path: string) => {
        const [tree, own] = place(path);
        return tree.place!(own);
      },
    }),
  };
}

/** A folder of a tree as a tree of its own. */
export function treeBelow(tree: FileTree, folder: string): FileTree {
  const inside = (paths: readonly string[]) =>
    paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
  const at = (path: string) => join(folder, path);
  return {
    name: `${tree.name}/${folder}`,
    paths: async () => inside(await tree.paths()),
    folders: async () => inside(await tree.folders()),
    faults: async () => {
      const faults = await tree.faults?.() ?? [];
      return faults.flatMap(({ path, reason }) => inside([path]).map((path) => ({ path, reason })));
    },
    read: (path) => tree.read(at(path)),
    ...(tree.head && { head: (path: string, length: number) => tree.head!(at(path), length) }),
    ...(tree.place && { place: (path: string) => tree.place!(at(path)) }),
  };
}
