/** A dataset that the page's own server offers, as `deno task page PHOTOS` does. */
import { DataError } from "../base/errors.ts";
import type { FileTree, IgnoredFile } from "../data/types.ts";

/** What the server says of the dataset, at `listing.json`. */
export interface ServedListing {
  readonly name: string;
  readonly paths: string[];
  readonly folders: string[];
  readonly faults: readonly IgnoredFile[];
}

/** Opens the dataset at an address that ends with "/", or returns undefined if none is offered. */
export async function servedTree(address: string): Promise<FileTree | undefined> {
  const response = await fetch(new URL("listing.json", address));
  if (!response.ok) return undefined;
  const { name, paths, folders, faults }: ServedListing = await response.json();
  const addressOf = (path: string) =>
    new URL(`files/${path.split("/").map(encodeURIComponent).join("/")}`, address).href;
  return {
    name,
    paths: () => Promise.resolve(paths),
    folders: () => Promise.resolve(folders),
    faults: () => Promise.resolve(faults),
    read: (path) => readServed(addressOf(path)),
    place: (path) => ({ source: addressOf(path), name }),
  };
}

/** The bytes of a file of {@link servedTree}. @throws DataError if the server does not give it */
export async function readServed(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new DataError(`Cannot read ${address}: the server answered ${response.status}`);
}
