/** Files that a command line names for its results. */
import { FileError } from "../base/errors.ts";
import { folderOf } from "../data/files/paths.ts";
import type { Host } from "./host.ts";

/**
 * Requires the folder of a file that `flag` names, before any work is done. Runs make their own folders; a file that
 * is named goes into a folder that is there, so that a mistyped path makes none.
 * @throws FileError if there is no such folder
 */
export async function requireFolderOf(
  host: Pick<Host, "folderStore">,
  flag: string,
  path: string | undefined,
): Promise<void> {
  const folder = folderOf(path ?? "");
  if (folder === "" || await host.folderStore(folder).exists("")) return;
  throw new FileError(
    `Cannot write ${flag} ${path}: the folder "${folder}" does not exist; create it, or check the path`,
  );
}
