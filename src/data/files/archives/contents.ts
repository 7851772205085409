/** What an archive's directory says: which files are in it, and where. */
import type { Span } from "../../../base/byte_source.ts";
import type { ZipEntry } from "../../../base/zip_directory.ts";
import type { IgnoredFile } from "../../types.ts";

/** Where a file of an archive is. */
export interface Member {
  /** The part of the source with the file itself or, if there is an `entry`, with its .zip. */
  readonly part: Span;
  readonly entry?: ZipEntry;
}

/** What is in an archive. */
export interface Contents {
  readonly files: ReadonlyMap<string, Member>;
  /** Folders that are named, whether or not files are in them. */
  readonly folders: readonly string[];
  readonly faults: readonly IgnoredFile[];
}

/** The reason why a symbolic link is no file. */
export const LINK = "a symbolic link; pack the file that it points to";
