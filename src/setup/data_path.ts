/** A dataset given by its path alone, as the first word of a command line. */
import { ConfigError } from "../base/errors.ts";
import { quotedValue } from "../config/mod.ts";
import { weightsIn } from "./checkpoint_store.ts";
import type { Host } from "./host.ts";

/**
 * Overrides in which a path that stands first is the dataset's: `PHOTOS` means `data=image_folder
 * data.data_root=PHOTOS`, after `defaults`, such as a trainer's. A word that is the name of a file or folder is a path,
 * also with "=" in it and with "~" for the home folder; overrides that begin otherwise are returned as they are.
 * @throws ConfigError for a path that comes later, a word that is neither there nor an override, and the folder of a run
 */
export async function withDataPath(
  host: Pick<Host, "folderStore" | "configWorld">,
  overrides: readonly string[],
  defaults: readonly string[] = [],
): Promise<readonly string[]> {
  const [first, ...rest] = overrides;
  if (first === undefined) return overrides;
  const late = rest.find((word) => /^(?!~\w)[^=]+$/.test(word));
  if (late !== undefined) {
    throw new ConfigError(
      `Cannot use "${late}" after "${first}": paths come first, and an override is written key=value`,
    );
  }
  const home = host.configWorld.env("HOME") ?? "~"; // as the configuration does for a path in quotes
  const isThere = (path: string) => host.folderStore(path.replace(/^~(?=\/|$)/, home)).exists("");
  if (await isThere(first)) {
    const { best } = weightsIn(first.replace(/\/+$/, ""));
    if (await isThere(best)) {
      throw new ConfigError(
        `Cannot read images from "${first}": it is a run's folder; its weights are ${best}`,
      );
    }
    return ["data=image_folder", ...defaults, `data.data_root=${quotedValue(first)}`, ...rest];
  }
  if (first.includes("=") || /^~\w/.test(first)) return overrides;
  throw new ConfigError(
    `Cannot use "${first}": there is no such file or folder, and an override is written key=value; check the path`,
  );
}
