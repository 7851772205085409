/** Files of a folder that is made. */
import { promisify } from "node:util";
import { constants, zstdCompress } from "node:zlib";
import { folderOf } from "../src/data/files/paths.ts";

/** All files below a folder, as paths from it, in order. */
export async function entriesBelow(folder: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
    if (isDirectory) found.push(...await entriesBelow(folder, `${below}${name}/`));
    else found.push(below + name);
  }
  return found.sort();
}

/** Copies the wanted files below a folder into another. */
export async function copy(
  from: string,
  to: string,
  isWanted: (path: string) => boolean = () => true,
): Promise<void> {
  for (const path of (await entriesBelow(from)).filter(isWanted)) {
    await write(`${to}/${path}`, await Deno.readFile(`${from}/${path}`));
  }
}

/** Writes a file, and makes its folder. */
export async function write(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  await Deno.mkdir(folderOf(path), { recursive: true });
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await Deno.writeFile(path, bytes, { mode });
}

/** Bytes as a .zst, as small as it gets in seconds: repetitions are found up to 16 MB apart. */
export async function compress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const { ZSTD_c_compressionLevel, ZSTD_c_windowLog } = constants;
  return await promisify(zstdCompress)(bytes, {
    params: { [ZSTD_c_compressionLevel]: 19, [ZSTD_c_windowLog]: 24 },
  });
}

/** Bytes of all files below a folder. */
export async function bytesBelow(folder: string): Promise<number> {
  const sizes = (await entriesBelow(folder)).map(async (path) => (await Deno.stat(`${folder}/${path}`)).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
