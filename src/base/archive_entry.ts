/** What the entries of all kinds of archives have in common: their names, and what is wrong with an archive. */
import { DataError } from "./errors.ts";

/** An error about an archive: `Cannot read archive "x.zip": <reason>`. */
export function archiveError(archive: { readonly name: string }, reason: string): DataError {
  return new DataError(`Cannot read archive "${archive.name}": ${reason}`);
}

/** UTF-8 whether flagged or not, because most tools write it unflagged; otherwise one character for each byte. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

/**
 * The path of an entry, separated by "/"; "" is the archive's top. `separators` divides its parts in the archive.
 * @throws DataError if it is absolute or climbs with ".."
 */
export function pathOfEntry(archive: { readonly name: string }, name: string, separators: RegExp): string {
  const parts = name.split(separators);
  if (parts.includes("..") || /^([/\\]|[a-z]:)/i.test(name) || name.includes("\0")) {
    throw archiveError(
      archive,
      `it contains the unsafe path ${JSON.stringify(name)}; need relative paths without ".."`,
    );
  }
  return parts.filter((part) => part !== "" && part !== ".").join("/");
}
