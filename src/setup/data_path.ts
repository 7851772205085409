/** A dataset given by its path alone, as the first word of a command line. */
import { ConfigError } from "../base/errors.ts";
import { quotedValue } from "../config/mod.ts";
import type { Host } from "./host.ts";

/**
 * Overrides in which a path that stands first is the dataset's: `PHOTOS` means `data=image_folder
 * data.data_root=PHOTOS`, after `defaults`, such as a trainer's. A word that is the name of a file or folder is a path,
 * also with "=" in it; overrides that begin otherwise are returned as they are.
 * @throws ConfigError for a word that is neither there nor an override
 */
export async function withDataPath(
  host: Pick<Host, "folderStore">,
  overrides: readonly string[],
  defaults: readonly string[] = [],
): Promise<readonly string[]> {
  const [first, ...rest] = overrides;
  if (first === undefined) return overrides;
  if (await host.folderStore(first).exists("")) {
    return ["data=image_folder", ...defaults, `data.data_root=${quotedValue(first)}`, ...rest];
  }
  if (first.includes("=") || first.startsWith("~")) return overrides;
  throw new ConfigError(
    `Cannot use "${first}": there is no such file or folder, and an override is written key=value; check the path`,
  );
}
