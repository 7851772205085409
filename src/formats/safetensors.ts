/**
 * The safetensors format (https://github.com/huggingface/safetensors#format): eight bytes of little-endian header
 * length, a JSON header `{name: {dtype, shape, data_offsets}, __metadata__?: {key: text}}`, then the raw values,
 * little-endian and row-major, without gaps. The host must be little-endian, as every WebGPU host is.
 *
 * Reading trusts nothing: each length, offset and shape is checked before it is used. Writing lays the file out like
 * the Rust library (by dtype, then name, both in its order), so equal tensors give equal bytes.
 */
import type { ByteSource } from "../base/byte_source.ts";
import { excerpt } from "../base/excerpt.ts";
import { elements, formatShape, type Shape } from "../base/shape.ts";
import { duplicateKey } from "./json_keys.ts";
import { arrayClasses, type Dtype, isDtype, type StoredTensor, storedTensor } from "./tensor_data.ts";
import type { TensorInFile, WeightFile } from "./weight_file.ts";

export { type Dtype, float32, type StoredTensor, toFloat32 } from "./tensor_data.ts";

/** The contents of a file: the tensors in the order of their data, the metadata in header order. */
export interface Safetensors {
  tensors: Map<string, StoredTensor>;
  metadata: Map<string, string>;
}

const MAX_HEADER_BYTES = 100_000_000; // the limit of the Rust library
const CANNOT = "Cannot read safetensors:";
const METADATA_KEY = "__metadata__";
/** The Rust library's order on disk: its dtype enumeration in reverse. */
const DISK_ORDER: readonly Dtype[] = ["I64", "F64", "F32", "I32", "BF16", "F16", "I16", "I8", "U8", "BOOL"];

/** A header entry; `begin` and `end` count bytes from the start of the data. */
interface Entry {
  name: string;
  dtype: Dtype;
  shape: Shape;
  begin: number;
  end: number;
}

/**
 * Reads a safetensors file. The arrays are views into `bytes` where alignment allows, and copies otherwise, so
 * `bytes` must not change afterwards.
 *
 * @throws SyntaxError if the file is truncated or its header violates the format
 * @throws RangeError if a length, an offset or a shape contradicts the rest of the file
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const end = headerEnd(bytes.subarray(0, 8), bytes.length);
  const { entries, metadata } = readHeader(bytes.subarray(8, end), bytes.length - end);
  const tensors = new Map(entries.map(({ name, dtype, shape, begin, end: last }) => {
    return [name, storedTensor(dtype, shape, bytes.subarray(end + begin, end + last))];
  }));
  return { tensors, metadata };
}

/**
 * Opens a safetensors file: reads its header now, and each tensor on request.
 *
 * @throws SyntaxError, RangeError like {@link readSafetensors}
 */
export async function openSafetensors(source: ByteSource): Promise<WeightFile> {
  const end = headerEnd(await source.read(0, Math.min(8, source.size)), source.size);
  const { entries, metadata } = readHeader(await source.read(8, end - 8), source.size - end);
  const tensors = new Map(entries.map(({ name, dtype, shape, begin, end: last }): [string, TensorInFile] => {
    const load = async () => storedTensor(dtype, shape, await source.read(end + begin, last - begin));
    return [name, { dtype, shape, load }];
  }));
  return { tensors, metadata };
}

/** The offset where the header of a file of `size` bytes ends and the data starts. */
function headerEnd(first: Uint8Array, size: number): number {
  if (first.length < 8) {
    throw new SyntaxError(`${CANNOT} the file must have at least 8 bytes, current size is ${first.length}`);
  }
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw new RangeError(
      `${CANNOT} the header length must be at most ${MAX_HEADER_BYTES} bytes, current value is ${length}`,
    );
  }
  const end = 8 + Number(length);
  if (end <= size) return end;
  throw new RangeError(
    `${CANNOT} the header must end inside the file of ${size} bytes, current end is ${end}`,
  );
}

/** The entries in the order of their data, which has `dataSize` bytes, and the metadata. */
function readHeader(utf8: Uint8Array, dataSize: number): { entries: Entry[]; metadata: Map<string, string> } {
  const { [METADATA_KEY]: metadata, ...rest } = parseHeader(utf8);
  const entries = Object.entries(rest).map(([name, value]) => readEntry(name, value));
  return { entries: checkLayout(entries, dataSize), metadata: readMetadata(metadata) };
}

function parseHeader(utf8: Uint8Array): Record<string, unknown> {
  let text: string, json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(utf8);
    json = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`${CANNOT} the header must be JSON in UTF-8 (${(cause as Error).message})`, {
      cause,
    });
  }
  if (!isObject(json) || text[0] !== "{") {
    throw new SyntaxError(`${CANNOT} the header must be a JSON object, current text is ${excerpt(text)}`);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) {
    throw new SyntaxError(`${CANNOT} each name must be unique in the header, "${twice}" occurs twice`);
  }
  return json;
}

function readMetadata(value: unknown): Map<string, string> {
  if (value === undefined) return new Map();
  if (!isObject(value) || !Object.values(value).every((text) => typeof text === "string")) {
    throw new SyntaxError(
      `${CANNOT} "${METADATA_KEY}" must map keys to strings, current value is ${excerpt(value)}`,
    );
  }
  return new Map(Object.entries(value) as [string, string][]);
}

function readEntry(name: string, value: unknown): Entry {
  if (!isObject(value)) {
    throw new SyntaxError(`${CANNOT} tensor "${name}" must be an object, current value is ${excerpt(value)}`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    throw new SyntaxError(
      `${CANNOT} the dtype of "${name}" must be one of ${DISK_ORDER.join(", ")}, current value is ${
        excerpt(dtype)
      }`,
    );
  }
  if (!isSizes(shape)) {
    throw new SyntaxError(
      `${CANNOT} the shape of "${name}" must be a list of integers, current value is ${excerpt(shape)}`,
    );
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw new SyntaxError(
      `${CANNOT} the data_offsets of "${name}" must be two integers, current value is ${excerpt(offsets)}`,
    );
  }
  return { name, dtype, shape, begin: offsets[0], end: offsets[1] };
}

/**
 * Checks that the tensors fill `size` data bytes without gaps or overlap, each with the size that its shape requires.
 * Returns them in the order of their data.
 */
function checkLayout(entries: readonly Entry[], size: number): Entry[] {
  const inOrder = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  for (const entry of inOrder) {
    const { name, dtype, shape, begin, end } = entry;
    const needed = elements(shape) * arrayClasses[dtype].BYTES_PER_ELEMENT;
    if (begin !== filled) {
      throw new RangeError(
        `${CANNOT} the data of "${name}" must start where the preceding data ends, at byte ${filled}, ` +
          `current start is ${begin}`,
      );
    }
    if (end > size) {
      throw new RangeError(
        `${CANNOT} the data of "${name}" must end inside the ${size} data bytes, current end is ${end}; ` +
          "if the file was cut off, copy or download it again",
      );
    }
    if (end - begin !== needed) {
      throw new RangeError(
        `${CANNOT} "${name}" of shape ${formatShape(shape)} and dtype ${dtype} must take ${needed} bytes, ` +
          `current size is ${end - begin}`,
      );
    }
    filled = end;
  }
  if (filled !== size) {
    throw new RangeError(`${CANNOT} the tensors must fill the ${size} data bytes, current sum is ${filled}`);
  }
  return inOrder;
}

/**
 * Writes a safetensors file: tensors in the Rust library's order, metadata by key, the data at a multiple of eight
 * bytes. Equal contents give equal bytes, regardless of the order of the maps.
 *
 * @throws TypeError if an array's class does not match its dtype
 * @throws RangeError if an array's length does not match its shape, or a name is reserved
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array<ArrayBuffer> {
  const sorted = [...tensors].sort(([nameA, a], [nameB, b]) =>
    DISK_ORDER.indexOf(a.dtype) - DISK_ORDER.indexOf(b.dtype) || byCodePoint(nameA, nameB)
  );
  const parts: string[] = [];
  if (metadata.size > 0) {
    const pairs = [...metadata].sort(([a], [b]) => byCodePoint(a, b)).map(([key, text]) =>
      jsonPair(key, text)
    );
    parts.push(`"${METADATA_KEY}":{${pairs.join(",")}}`);
  }
  let size = 0;
  for (const [name, tensor] of sorted) {
    checkTensor(name, tensor);
    const { dtype, shape, data } = tensor;
    parts.push(jsonPair(name, { dtype, shape, data_offsets: [size, size + data.byteLength] }));
    size += data.byteLength;
  }
  const header = new TextEncoder().encode(`{${parts.join(",")}}`);
  return assemble(header, sorted.map(([, tensor]) => tensor.data), size);
}

/** Built by hand, because an object literal would move names such as "0" to the front. */
function jsonPair(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function assemble(
  header: Uint8Array,
  arrays: readonly ArrayBufferView[],
  size: number,
): Uint8Array<ArrayBuffer> {
  const padded = Math.ceil(header.length / 8) * 8;
  const file = new Uint8Array(8 + padded + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(header, 8);
  file.fill(0x20, 8 + header.length, 8 + padded); // padded with spaces, as the format requires
  let at = 8 + padded;
  for (const array of arrays) {
    file.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return file;
}

function checkTensor(name: string, { dtype, shape, data }: StoredTensor): void {
  if (name === METADATA_KEY) {
    throw new RangeError(
      `Cannot write safetensors: the name "${METADATA_KEY}" is reserved; rename the tensor`,
    );
  }
  if (!isDtype(dtype) || !(data instanceof arrayClasses[dtype])) {
    throw new TypeError(
      `Cannot write safetensors: "${name}" of dtype ${dtype} must hold ` +
        `${isDtype(dtype) ? arrayClasses[dtype].name : `one of ${DISK_ORDER.join(", ")}`}, ` +
        `current array is ${(data as { constructor?: { name: string } })?.constructor?.name}`,
    );
  }
  if (data.length !== elements(shape)) {
    throw new RangeError(
      `Cannot write safetensors: "${name}" of shape ${formatShape(shape)} must hold ${
        elements(shape)
      } values, ` +
        `current length is ${data.length}`,
    );
  }
}

/** Compares by code point, which is the order of UTF-8 bytes; JavaScript's own UTF-16 order differs above U+FFFF. */
function byCodePoint(a: string, b: string): number {
  const left = [...a], right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = left[i].codePointAt(0)! - right[i].codePointAt(0)!;
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
