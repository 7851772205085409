import { ConfigError, DataError } from "../base/errors.ts";
import type { ConfigFiles } from "../config/mod.ts";
import { isMissing, readFault } from "./deno_file_source.ts";
import { confFolder } from "./deno_places.ts";

/** The configuration files of a folder on disk, by default the project's own `conf/`. */
export function denoConfigFiles(folder: string = confFolder, name = "conf"): ConfigFiles {
  const at = (group: string) => group === "" ? folder : `${folder}/${group}`;
  return {
    name,
    read: (path) => ifThere(`${folder}/${path}.yaml`, Deno.readTextFileSync),
    options: (group) => ifThere(at(group), filesIn) ?? [],
    groups: (group) => ifThere(at(group), foldersIn) ?? [],
  };
}

/** The configuration files of any folder. @throws ConfigError if it does not exist */
export function openConfigFolder(path: string): ConfigFiles {
  const folder = path.replace(/(?<=.)\/+$/, "");
  const info = ifThere(folder, Deno.statSync);
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

/** What `read` makes of a path; undefined if nothing is there. @throws ConfigError if it cannot be read */
function ifThere<T>(path: string, read: (path: string) => T): T | undefined {
  try {
    return read(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    const fault = readFault(path, error);
    throw fault instanceof DataError ? new ConfigError(fault.message, { cause: error }) : error;
  }
}
