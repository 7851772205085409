/**
 * From a file to a picture, or to the reason why not: on this thread ({@link inlineDecoder}) or on others
 * (decode_pool.ts). A broken file is a value here, since training goes on without it.
 */
import { firstLineOf } from "../../base/errors.ts";
import { sha256 } from "../../base/sha256.ts";
import { MAX_PIXELS, pixelFault } from "./picture_header.ts";
import type { Decode, FileTree, Picture } from "../types.ts";

/** What became of a file. */
export interface Decoded {
  readonly picture?: Picture;
  /** Why there is no picture, in one line. */
  readonly reason?: string;
  /** SHA-256 of the file's bytes, its first 128 bits in hexadecimal, if it was asked for. */
  readonly digest?: string;
}

/** What to do with a file. */
export interface DecodeTask {
  /** Also hash the bytes. */
  readonly digest?: boolean;
  /** False: hash only. */
  readonly decode?: boolean;
}

/** Reads and decodes files of one tree. Faults of a file are in what it returns; it rejects for nothing else than its own end. */
export interface Decoder {
  /** How many files are worth asking for at the same time. */
  readonly parallel: number;
  decode(path: string, task?: DecodeTask): Promise<Decoded>;
  /** Gives threads back, each when it is done, until they are needed again. */
  rest(): void;
  /** Ends all threads at once; what is under way rejects. */
  close(): void;
}

/** Hashes and decodes a file as its bytes arrive; what goes wrong is the reason. */
export async function decodeFile(
  arriving: Promise<Uint8Array>,
  { digest: wantsDigest = false, decode: wantsPicture = true, maxPixels }: DecodeTask & { maxPixels: number },
  decode: Decode,
): Promise<Decoded> {
  let digest: { digest?: string } = {};
  try {
    const bytes = await arriving;
    if (wantsDigest) digest = { digest: await digestOf(bytes) };
    if (bytes.length === 0) return { ...digest, reason: "the file is empty" };
    if (!wantsPicture) return digest;
    const picture = await decode(bytes, maxPixels);
    const reason = faultOf(picture, maxPixels);
    return reason === undefined ? { ...digest, picture } : { ...digest, reason };
  } catch (error) {
    return { ...digest, reason: reasonOf(error) };
  }
}

/** The first line of an error. */
export function reasonOf(error: unknown): string {
  return firstLineOf(error) || "the decoder gave no reason";
}

/** What is wrong with a decoder's picture. */
function faultOf({ width, height, data }: Picture, maxPixels: number): string | undefined {
  if (width < 1 || height < 1) return `the picture has no pixels: its size is ${width}x${height}`;
  if (width * height > maxPixels) return pixelFault(width, height, maxPixels);
  if (data.length === width * height * 3) return undefined;
  return `the decoder gave ${data.length} values: need ${width}x${height}x3`;
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  return (await sha256(bytes)).subarray(0, 16).toHex();
}

/** How to decode on this thread. */
export interface InlineOptions {
  readonly maxPixels?: number;
  /** Files that are read and decoded at the same time, where the decoder has threads of its own. */
  readonly parallel?: number;
}

/** Decodes on the calling thread, a bounded number of files at once. */
export function inlineDecoder(tree: FileTree, decode: Decode, options: InlineOptions = {}): Decoder {
  const { maxPixels = MAX_PIXELS, parallel = 8 } = options;
  const waiting: (() => void)[] = [];
  let free = parallel;
  return {
    parallel,
    async decode(path, task) {
      if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      else free--;
      try {
        return await decodeFile(tree.read(path), { ...task, maxPixels }, decode);
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    },
    rest() {},
    close() {},
  };
}
