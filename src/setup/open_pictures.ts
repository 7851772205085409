/** Opens the configured source of images: a decoder, in this thread or in workers, and a cache. */
import { fnv1a32 } from "../base/rng.ts";
import type { Config } from "../config/mod.ts";
import { decodePool } from "../data/decode/decode_pool.ts";
import { type Decoder, inlineDecoder } from "../data/decode/decoder.ts";
import { withoutArchiveEnding } from "../data/files/archives/format.ts";
import { join } from "../data/files/paths.ts";
import { PictureCache } from "../data/decode/picture_cache.ts";
import { limitBytes } from "../data/decode/cache_limit.ts";
import { PictureLog } from "../data/decode/picture_log.ts";
import type { LogsOptions } from "../data/decode/picture_logs.ts";
import type { PictureSupply } from "../data/decode/picture_source.ts";
import type { FileTree } from "../data/types.ts";
import { CacheRoom, unlessUnreadable } from "./cache_room.ts";
import { usedBytes } from "./disk_use.ts";
import type { Host } from "./host.ts";

/** A source of images with threads and files that must be closed. */
export interface OpenSupply extends PictureSupply {
  close(): void;
}

/** Opens the configured decoder and cache for the files of `tree`. */
export async function openSupply(host: Host, { data }: Config, tree: FileTree): Promise<OpenSupply> {
  const cache = await openCache(host, data, tree);
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

async function openCache(host: Host, data: Config["data"], tree: FileTree): Promise<PictureCache> {
  const { cache: kind } = data;
  if (kind === "none" || kind === "ram") return await PictureCache.open({ kind });
  const folder = host.cacheFolder("pictures"), decoder = await host.pictures.decoderVersion();
  const name = fileName(tree.name, decoder), path = join(folder, name);
  const limit = await openLimit(host, folder, data.cache_limit);
  return await PictureCache.open({
    kind,
    budget: host.pictures.freeMemory() / 2,
    // What cannot be looked at is reported when it is opened.
    hasLog: await host.folderStore(folder).exists(name).catch(unlessUnreadable) ?? true,
    logs: openLogs(host, { decoder, path, room: new CacheRoom(host, { folder, own: path, ...limit }) }),
  });
}

/** The limit of a folder in bytes, and as it was given. A share is of what is free and what the folder takes. */
async function openLimit(host: Host, folder: string, given: string | number) {
  const used = usedBytes(await host.filesBelow(folder).catch(unlessUnreadable) ?? []);
  return { given, limit: limitBytes(given, used + await host.pictures.freeDisk(folder))! };
}

interface LogPlace {
  readonly decoder: string;
  readonly path: string;
  readonly room: CacheRoom;
}

function openLogs(host: Host, { decoder, path, room }: LogPlace): LogsOptions {
  const { pictures } = host, note = (text: string) => host.print(`  note: ${text}`);
  let heldBy: string | undefined;
  return {
    say: (text) => host.print(text, "warning"),
    take: (bytes, unlisted) => room.take(bytes, unlisted),
    openLog: async () => {
      const file = await pictures.openGrowingFile(path);
      heldBy = file.heldBy;
      const log = await PictureLog.open(file, decoder, note);
      await room.fit(log);
      return log;
    },
    openPrivateLog: async () => {
      note(`the cache "${path}" is open to ${heldBy}: what it lacks is kept beside it until this run ends`);
      return await PictureLog.open(await pictures.openPrivateFile(path), decoder, note);
    },
  };
}

/** The name of a dataset's cache file: a readable name, and a hash of the path and the decoder. */
function fileName(root: string, decoder: string): string {
  const last = root.split(/[/\\]/).findLast((part) => part !== "") ?? "data";
  const name = withoutArchiveEnding(last).replace(/[^\w.-]/g, "_");
  const key = fnv1a32(`${root}\n${decoder}`).toString(16).padStart(8, "0");
  return `${name}_${key}.pictures`;
}
