/**
 * A .safetensors file that can verify itself: its metadata contains the SHA-256 of all its bytes, computed with zeros
 * in place of the digest.
 */
import { type ByteSource, wholeOf } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { sha256 } from "../base/sha256.ts";
import {
  openSafetensors,
  readSafetensors,
  type Safetensors,
  type StoredTensor,
  writeSafetensors,
} from "./safetensors.ts";
import type { TensorInFile, WeightFile } from "./weight_file.ts";

const KEY = "wgrad.sha256";
const DIGITS = 64;
const DAMAGED = "the checksum does not match, so the file is damaged";

/** Writes a file with its digest. @throws like writeSafetensors */
export async function writeSealed(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: ReadonlyMap<string, string>,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = writeSafetensors(tensors, new Map([...metadata, [KEY, "0".repeat(DIGITS)]]));
  const place = digestPlace(bytes)!;
  place.set(new TextEncoder().encode((await sha256(bytes)).toHex()));
  return bytes;
}

/**
 * Reads a file; one without a digest is accepted as is. The arrays are views into `bytes` where possible.
 * @throws SyntaxError or RangeError if the file is damaged
 */
export async function readSealed(bytes: Uint8Array<ArrayBuffer>): Promise<Safetensors> {
  if (!await isIntact(bytes)) throw new RangeError(`Cannot read safetensors: ${DAMAGED}`);
  return readSafetensors(bytes);
}

/**
 * Opens a file like {@link openSafetensors}. One with a digest is compared with it before the first tensor is read;
 * only then is it in memory as a whole.
 * @throws SyntaxError or RangeError if the header is damaged; where tensors are read, DataError if the rest is
 */
export async function openSealed(source: ByteSource): Promise<WeightFile> {
  const { tensors, metadata } = await openSafetensors(source);
  if (!metadata.has(KEY)) return { tensors, metadata };
  const compare = async () => {
    if (await isIntact(await wholeOf(source) as Uint8Array<ArrayBuffer>)) return;
    throw new DataError(`Cannot load ${source.name}: ${DAMAGED}`);
  };
  let compared: Promise<void> | undefined;
  const checked = (tensor: TensorInFile): TensorInFile => ({
    ...tensor,
    load: async () => {
      await (compared ??= compare());
      return await tensor.load();
    },
  });
  return { tensors: new Map([...tensors].map(([name, tensor]) => [name, checked(tensor)])), metadata };
}

/** Whether a file is what its digest says; true without one. */
async function isIntact(bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const place = digestPlace(bytes);
  if (place === undefined) return true;
  const said = new TextDecoder().decode(place);
  place.fill("0".charCodeAt(0));
  const digest = sha256(bytes); // of a copy
  place.set(new TextEncoder().encode(said));
  return (await digest).toHex() === said;
}

/** The digest stored in a file, read from its header alone; undefined if there is none. */
export async function readSeal(source: ByteSource): Promise<string | undefined> {
  if (source.size < 8) return undefined;
  const length = new DataView((await source.read(0, 8)).slice().buffer).getBigUint64(0, true);
  const header = await source.read(0, Math.min(source.size, 8 + Number(length)));
  const place = digestPlace(header as Uint8Array<ArrayBuffer>);
  return place && new TextDecoder().decode(place);
}

/** The digest's bytes within the header, if it has one. */
function digestPlace(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  if (bytes.length < 8) return undefined;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const header = new TextDecoder("latin1").decode(bytes.subarray(8, Math.min(bytes.length, 8 + length)));
  const at = header.indexOf(`"${KEY}":"`);
  if (at < 0) return undefined;
  const start = 8 + at + KEY.length + 4;
  return start + DIGITS <= bytes.length ? bytes.subarray(start, start + DIGITS) : undefined;
}
