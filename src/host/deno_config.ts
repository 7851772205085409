import { ConfigError } from "../base/errors.ts";
import type { ConfigFiles } from "../config/mod.ts";

/** The configuration files of a folder on disk; by default the project's own `conf/`. */
export function denoConfigFiles(
  root: URL = new URL("../../conf/", import.meta.url),
  name = "conf",
): ConfigFiles {
  const folder = (group: string) => group === "" ? root : new URL(`${group}/`, root);
  return {
    name,
    read: (path) => orMissing(() => Deno.readTextFileSync(new URL(`${path}.yaml`, root)), undefined),
    options: (group) => orMissing(() => filesIn(folder(group)), []),
    groups: (group) => orMissing(() => foldersIn(folder(group)), []),
  };
}

/** The configuration files of any folder. @throws ConfigError if there is none */
export function openConfigFolder(path: string): ConfigFiles {
  const root = new URL(`${encodeURI(path.replace(/\/+$/, ""))}/`, `file://${encodeURI(Deno.cwd())}/`);
  const info = orMissing(() => Deno.statSync(root), undefined);
  if (!info?.isDirectory) throw new ConfigError(`Cannot use configuration folder "${path}" as there is none`);
  return denoConfigFiles(root, path.replace(/\/+$/, ""));
}

function filesIn(folder: URL): string[] {
  const files = [...Deno.readDirSync(folder)].filter(({ isDirectory, name }) =>
    !isDirectory && name.endsWith(".yaml")
  );
  return files.map(({ name }) => name.slice(0, -".yaml".length)).sort();
}

function foldersIn(folder: URL): string[] {
  return [...Deno.readDirSync(folder)].filter(({ isDirectory, name }) => isDirectory && !name.startsWith("."))
    .map(({ name }) => name).sort();
}

function orMissing<T>(read: () => T, missing: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return missing;
    throw error;
  }
}
