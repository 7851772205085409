/** Small pictures, trees and archives for the tests of the data room. */
import { assertRejects } from "@std/assert";
import { memoryTree } from "../../src/data/files/memory_tree.ts";
import { inlineDecoder, type InlineOptions } from "../../src/data/decode/decoder.ts";
import { type CacheOptions, PictureCache } from "../../src/data/decode/picture_cache.ts";
import type { PictureSupply } from "../../src/data/decode/picture_source.ts";
import type { Decode, FileTree, Picture } from "../../src/data/types.ts";

/** The bytes of a text in UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A tree of text files by path. */
export function treeOf(files: Record<string, string>, emptyFolders: readonly string[] = []): FileTree {
  return memoryTree(
    "data",
    new Map(Object.entries(files).map(([path, text]) => [path, utf8(text)])),
    emptyFolders,
  );
}

/** One line of an annotations file. */
export function line(image: string, suffix: string): string {
  return JSON.stringify({ image, prefix: "Read the number.", suffix }) + "\n";
}

/** A picture of one colour. */
export function flat(width: number, height: number, rgb: readonly [number, number, number]): Picture {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => rgb[i % 3]) };
}

/** A picture whose values all differ from their neighbours'. */
export function patterned(width: number, height: number, seed = 1): Picture {
  const value = (i: number) => Math.imul(i + 1, 2654435761 + seed * 40503) >>> 24;
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => value(i)) };
}

/** A decoder for tests: the text "WxH:level" is a picture of that size and level; "bad" cannot be decoded. */
export const decodeText: Decode = (bytes) => {
  const match = /^(\d+)x(\d+):(\d+)$/.exec(new TextDecoder().decode(bytes));
  if (match === null) return Promise.reject(new Error("this is no picture\nat line 2"));
  const [width, height, level] = match.slice(1).map(Number);
  return Promise.resolve(flat(width, height, [level, level, level]));
};

/** Asserts that a promise rejects with an error of `kind` whose whole message is `message`. */
export async function assertMessage(
  promise: () => Promise<unknown>,
  // deno-lint-ignore no-explicit-any
  kind: new (...args: any[]) => Error,
  message: string | RegExp,
): Promise<void> {
  const error = await assertRejects(promise, kind);
  const isMatch = typeof message === "string" ? error.message === message : message.test(error.message);
  if (!isMatch) throw new Error(`The message is ${JSON.stringify(error.message)}: need ${message}`);
}

/** True if `path` is there; else a note on the console says that tests are ignored for it. */
export function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    console.log(`ignored: ${path} is missing`);
    return false;
  }
}

/** Runs `test` with a temporary folder that is removed afterwards. */
export async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Pictures of a tree, decoded on this thread and kept in memory. */
export async function supplyOf(
  tree: FileTree,
  decode: Decode,
  options: InlineOptions = {},
  cache: CacheOptions = { kind: "ram" },
): Promise<PictureSupply> {
  const decoder = inlineDecoder(tree, decode, options);
  return { decoder, cache: await PictureCache.open(cache), persistent: true };
}
