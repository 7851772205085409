/** The files that runs were trained on, kept so that a resumed run can say which of them have changed. */
import { readJson } from "../base/json_text.ts";
import { type DataListing, listingOf } from "../data/files/data_changes.ts";
import type { DataFingerprint } from "../data/files/data_fingerprint.ts";
import type { Dataset } from "../data/types.ts";
import type { Host } from "./host.ts";

/** The folder of the cache with listings by their fingerprint. */
const LISTINGS = "listings";

/** Keeps the listing of a dataset. Runs on the same data share it. */
export async function keepListing(host: Host, dataset: Dataset, { listing }: DataFingerprint): Promise<void> {
  const folder = host.cacheFolder(LISTINGS), name = nameOf(listing);
  if (await host.folderStore(folder).exists(name)) return;
  await host.writeAtomic(`${folder}/${name}`, await squeezed(JSON.stringify(listingOf(dataset))));
}

/** The listing of this fingerprint; undefined if it was not kept, or is damaged. */
export async function keptListing(host: Host, listing: string): Promise<DataListing | undefined> {
  const path = `${host.cacheFolder(LISTINGS)}/${nameOf(listing)}`;
  try {
    return readJson(await unsqueezed(await host.readFile(path)), path) as DataListing;
  } catch {
    return undefined; // it is only there to say more
  }
}

function nameOf(listing: string): string {
  return `${listing.slice(0, 32)}.json.gz`;
}

async function squeezed(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function unsqueezed(bytes: Uint8Array): Promise<string> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}
