/** Where a dataset, or what else is read, comes from. */
import type { Call } from "./channel.ts";

/** Files by path; those at the top may be archives. */
export type GivenFiles = readonly (readonly [path: string, file: File])[];

interface Sent {
  readonly files: GivenFiles;
  /** The number under which they have been sent, if they are not here. */
  readonly ahead?: number;
}

/** Something that the user gave: files by path, of which those at the top may be archives. */
export type Source =
  | Sent & { readonly kind: "files" }
  | Sent & {
    /** With the files that handles of folders leave out for their names. */
    readonly kind: "handles";
    readonly handles: readonly FileSystemHandle[];
    /** All files; undefined where only the handles can be asked. */
    readonly count?: number;
  }
  | { readonly kind: "served"; readonly address: string }
  | { readonly kind: "drawn" };

/** The call that brings files of a source to a worker, part by part, before another call names the source. */
export type AheadCalls = {
  ahead: Call<{ readonly ahead: number; readonly files: GivenFiles }, void>;
};
