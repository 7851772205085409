/** Where a dataset, or what else is read, comes from. */

/** Files by path; those at the top may be archives. */
export type GivenFiles = readonly (readonly [path: string, file: File])[];

/** Something that the user gave: files by path, of which those at the top may be archives. */
export type Source =
  | { readonly kind: "files"; readonly files: GivenFiles }
  | { readonly kind: "handles"; readonly handles: readonly FileSystemHandle[] }
  | { readonly kind: "served"; readonly address: string }
  | { readonly kind: "drawn" };
