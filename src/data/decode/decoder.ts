/**
 * Turns a file into an image or the reason for failure, on this thread ({@link inlineDecoder}) or in workers
 * (decode_pool.ts). A broken file is a return value, not an exception, because training continues without it.
 */
import { firstLineOf } from "../../base/errors.ts";
import { sha256 } from "../../base/sha256.ts";
import { MAX_PIXELS, pixelFault } from "./picture_header.ts";
import { reduce, type Reduction } from "../transforms/reduction.ts";
import type { Decode, FileTree, Picture } from "../types.ts";

/** The outcome for a file. */
export interface Decoded {
  readonly picture?: Picture;
  /** Why there is no image, in one line. */
  readonly reason?: string;
  /** First 128 bits of the SHA-256 of the file's bytes in hexadecimal, if requested. */
  readonly digest?: string;
}

/** What to do with a file. */
export interface DecodeTask {
  /** Also hash the bytes. */
  readonly digest?: boolean;
  /** If false, only hash. */
  readonly decode?: boolean;
  /** To what size a larger image is reduced. */
  readonly reduction?: Reduction | undefined;
}

/**
 * Reads and decodes files of one tree. Problems with a file are part of the result; `decode` rejects only if the
 * decoder itself fails or is closed.
 */
export interface Decoder {
  /** How many files to request at the same time. */
  readonly parallel: number;
  decode(path: string, task?: DecodeTask): Promise<Decoded>;
  /** Ends each thread once it is idle; a later request starts threads again. */
  endIdle(): void;
  /** Stops all threads immediately; pending requests reject. */
  close(): void;
}

/** Hashes, decodes and reduces a file as its bytes arrive. An error becomes the reason. */
export async function decodeFile(
  arriving: Promise<Uint8Array>,
  task: DecodeTask & { readonly maxPixels: number },
  decode: Decode,
): Promise<Decoded> {
  const { digest: wantsDigest = false, decode: wantsPicture = true, maxPixels } = task;
  let digest: { digest?: string } = {};
  try {
    const bytes = await arriving;
    if (wantsDigest) digest = { digest: await digestOf(bytes) };
    if (bytes.length === 0) return { ...digest, reason: "the file is empty" };
    if (!wantsPicture) return digest;
    const picture = await decode(bytes, maxPixels);
    const reason = faultOf(picture, maxPixels);
    return reason === undefined
      ? { ...digest, picture: reduce(picture, task.reduction) }
      : { ...digest, reason };
  } catch (error) {
    return { ...digest, reason: reasonOf(error) };
  }
}

/** The first line of an error. */
export function reasonOf(error: unknown): string {
  return firstLineOf(error) || "the decoder gave no reason";
}

/** What is wrong with the output of a decoder. */
function faultOf({ width, height, data }: Picture, maxPixels: number): string | undefined {
  if (width < 1 || height < 1) return `the image has no pixels: its size is ${width}x${height}`;
  if (width * height > maxPixels) return pixelFault(width, height, maxPixels);
  if (data.length === width * height * 3) return undefined;
  return `the decoder returned ${data.length} values: need ${width}x${height}x3`;
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  return (await sha256(bytes)).subarray(0, 16).toHex();
}

/** Options of {@link inlineDecoder}. */
export interface InlineOptions {
  readonly maxPixels?: number;
  /** Number of files to read and decode concurrently, if the decoder has threads of its own. */
  readonly parallel?: number;
}

/** Decodes on the calling thread, a limited number of files at a time. */
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
    endIdle() {},
    close() {},
  };
}
