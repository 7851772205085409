import { ConfigError } from "../base/errors.ts";
import type { ConfigFiles } from "../config/mod.ts";

/** The project's own `conf/`. */
const OWN = decodeURIComponent(new URL("../../conf", import.meta.url).pathname);

/** The configuration files of a folder on disk, by default the project's own `conf/`. */
export function denoConfigFiles(folder: string = OWN, name = "conf"): ConfigFiles {
  const at = (group: string) => group === "" ? folder : `${folder}/${group}`;
  return {
    name,
    read: (path) => orMissing(() => Deno.readTextFileSync(`${folder}/${path}.yaml`), undefined),
    options: (group) => orMissing(() => filesIn(at(group)), []),
    groups: (group) => orMissing(() => foldersIn(at(group)), []),
  };
}

/** The configuration files of any folder. @throws ConfigError if it does not exist */
export function openConfigFolder(path: string): ConfigFiles {
  const folder = path.replace(/(?<=.)\/+$/, "");
  const info = orMissing(() => Deno.statSync(folder), undefined);
  if (info?.isDirectory) return denoConfigFiles(folder, folder);
  throw new ConfigError(
    `Cannot use configuration folder "${path}": it does not exist; give the path of a folder with .yaml files`,
  );
}

function filesIn(folder: string): string[] {
  const files = [...Deno.readDirSync(folder)].filter(({ isDirectory, name }) =>
    !isDirectory && name.endsWith(".yaml")
  );
  return files.map(({ name }) => name.slice(0, -".yaml".length)).sort();
}

function foldersIn(folder: string): string[] {
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
