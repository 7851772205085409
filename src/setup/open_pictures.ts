/** Opens the configured source of images: a decoder, in this thread or in workers, and a cache. */
import { DataError } from "../base/errors.ts";
import { fnv1a32 } from "../base/rng.ts";
import type { Config } from "../config/mod.ts";
import { decodePool } from "../data/decode/decode_pool.ts";
import { type Decoder, inlineDecoder } from "../data/decode/decoder.ts";
import { withoutArchiveEnding } from "../data/files/archives/format.ts";
import { join } from "../data/files/paths.ts";
import { PictureCache } from "../data/decode/picture_cache.ts";
import { PictureLog } from "../data/decode/picture_log.ts";
import type { PictureSupply } from "../data/decode/picture_source.ts";
import type { FileTree } from "../data/types.ts";
import type { Host } from "./host.ts";

/** A source of images with threads and files that must be closed. */
export interface OpenSupply extends PictureSupply {
  close(): void;
}

/** Opens the configured decoder and cache for the files of `tree`. */
export async function openSupply(host: Host, { data }: Config, tree: FileTree): Promise<OpenSupply> {
  const cache = await openCache(host, data.cache, tree);
  const decoder = openDecoder(host, data, tree);
  const close = () => {
    decoder.close();
    cache.close();
  };
  return { decoder, cache, persistent: data.persistent_workers, close };
}

function openDecoder({ pictures }: Host, data: Config["data"], tree: FileTree): Decoder {
  const { num_workers: workers, max_pixels: maxPixels } = data;
  if (workers > 0) return decodePool(tree, { workers, start: pictures.startThread, maxPixels });
  // The decoder has its own threads: two files per processor keep them busy while files are being read.
  return inlineDecoder(tree, pictures.decode, { maxPixels, parallel: 2 * pictures.processors });
}

async function openCache(host: Host, kind: Config["data"]["cache"], tree: FileTree): Promise<PictureCache> {
  if (kind === "none" || kind === "ram") return await PictureCache.open({ kind });
  const { pictures } = host;
  const decoder = await pictures.decoderVersion();
  const folder = host.cacheFolder("pictures"), name = fileName(tree.name, decoder);
  const path = join(folder, name);
  const note = (text: string) => host.print(`  note: ${text}`);
  let heldBy: string | undefined;
  return await PictureCache.open({
    kind,
    budget: pictures.freeMemory() / 2,
    // What cannot be looked at is reported when it is opened.
    hasLog: await host.folderStore(folder).exists(name).catch((error) => error instanceof DataError),
    logs: {
      say: (text) => host.print(text, "warning"),
      openLog: async () => {
        const file = await pictures.openGrowingFile(path);
        heldBy = file.heldBy;
        return await PictureLog.open(file, decoder, note);
      },
      openPrivateLog: async () => {
        note(`the cache "${path}" is open to ${heldBy}: what it lacks is kept beside it until this run ends`);
        return await PictureLog.open(await pictures.openPrivateFile(path), decoder, note);
      },
    },
  });
}

/** The name of a dataset's cache file: a readable name, and a hash of the path and the decoder. */
function fileName(root: string, decoder: string): string {
  const last = root.split(/[/\\]/).findLast((part) => part !== "") ?? "data";
  const name = withoutArchiveEnding(last).replace(/[^\w.-]/g, "_");
  const key = fnv1a32(`${root}\n${decoder}`).toString(16).padStart(8, "0");
  return `${name}_${key}.pictures`;
}
