import type { ConfigFiles } from "../../src/config/mod.ts";

/** Configuration files held in memory: `{ "train.yaml": "...", "model/small.yaml": "..." }`. */
export function memoryFiles(texts: Record<string, string>): ConfigFiles {
  return {
    read: (path) => texts[path],
    list: (group) =>
      Object.keys(texts).filter((path) => path.startsWith(`${group}/`) && path.split("/").length === 2)
        .map((path) => path.slice(group.length + 1, -".yaml".length)).sort(),
  };
}
