import type { ConfigFiles } from "../../src/config/mod.ts";

/** Configuration files that exist in a test only, by path: `model/small.yaml`. */
export function memoryFiles(texts: Readonly<Record<string, string>>, name = "conf"): ConfigFiles {
  const paths = Object.keys(texts);
  const below = (group: string) => {
    const prefix = group === "" ? "" : `${group}/`;
    return paths.filter((path) => path.startsWith(prefix)).map((path) =>
      path.slice(prefix.length).split("/")
    );
  };
  const sorted = (names: string[]) => [...new Set(names)].sort();
  return {
    name,
    read: (path) => Object.hasOwn(texts, `${path}.yaml`) ? texts[`${path}.yaml`] : undefined,
    options: (group) =>
      sorted(below(group).filter((parts) => parts.length === 1).map(([file]) => file.replace(/\.yaml$/, ""))),
    groups: (group) => sorted(below(group).filter((parts) => parts.length > 1).map(([folder]) => folder)),
  };
}
