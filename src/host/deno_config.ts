import type { ConfigFiles } from "../config/mod.ts";

/** The configuration files of a folder on disk; by default the project's own `conf/`. */
export function denoConfigFiles(root: URL = new URL("../../conf/", import.meta.url)): ConfigFiles {
  return {
    read: (path) => orMissing(() => Deno.readTextFileSync(new URL(path, root)), undefined),
    list: (group) => orMissing(() => optionsOf(new URL(`${group}/`, root)), []),
  };
}

function optionsOf(folder: URL): string[] {
  const files = [...Deno.readDirSync(folder)].filter((entry) => entry.isFile && entry.name.endsWith(".yaml"));
  return files.map((entry) => entry.name.slice(0, -".yaml".length)).sort();
}

function orMissing<T>(read: () => T, missing: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return missing;
    throw error;
  }
}
