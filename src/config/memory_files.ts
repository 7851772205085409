/** Configuration files in memory, such as those that a bundle carries. */
import type { ConfigFiles } from "./search_path.ts";

/** Configuration files by their paths within the folder, such as `model/resnet18.yaml`; `name` is the folder's. */
export function memoryConfigFiles(name: string, texts: ReadonlyMap<string, string>): ConfigFiles {
  const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const last = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  const folders = new Set([...texts.keys()].map(folderOf).filter((folder) => folder !== ""));
  const within = (paths: Iterable<string>, group: string) =>
    [...paths].filter((path) => folderOf(path) === group).map(last).sort();
  return {
    name,
    read: (path) => texts.get(`${path}.yaml`),
    options: (group) => within(texts.keys(), group).map((file) => file.replace(/\.yaml$/, "")),
    groups: (group) => within(folders, group),
  };
}
