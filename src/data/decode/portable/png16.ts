/** PNG with 16 bits a sample, which browsers reduce to their high bytes (PNG specification, 2nd edition). */
import { largest } from "../../../base/lists.ts";
import { crc32 } from "../../../base/crc32.ts";
import type { Picture } from "../../types.ts";
import { type PngChunk, pngChunks } from "../png_chunks.ts";
import { readDirectory, TAG } from "../tiff_directory.ts";
import { pictureOf } from "./levels.ts";
import { upright } from "./upright.ts";

/** Samples in a pixel by colour type: grey, RGB, grey and alpha, RGB and alpha. */
const CHANNELS = new Map([[0, 1], [2, 3], [4, 2], [6, 4]]);

/** Where the passes of an interlaced image start and how far apart their pixels are: x, y, dx, dy. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];
const WHOLE = [[0, 0, 1, 1]];

/** True for a PNG whose samples have 16 bits. */
export function isPng16(bytes: Uint8Array): boolean {
  return bytes[24] === 16;
}

/** Decodes it: scaled by sBIT or by its own range, turned by eXIf, alpha dropped. */
export async function decodePng16(bytes: Uint8Array): Promise<Picture> {
  const chunks = [...pngChunks(bytes)];
  const header = required(chunks, "IHDR"), view = viewOf(header.data);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const channels = CHANNELS.get(header.data[9]);
  if (channels === undefined) throw new RangeError(`PNG has no colour type ${header.data[9]} of 16 bits`);
  const passes = (header.data[12] === 1 ? PASSES : WHOLE).map(([x, y, dx, dy]) => ({
    at: [x, y, dx, dy],
    width: Math.ceil((width - x) / dx),
    height: Math.ceil((height - y) / dy),
  })).filter((pass) => pass.width > 0 && pass.height > 0);
  const size = passes.reduce((sum, pass) => sum + pass.height * (1 + 2 * channels * pass.width), 0);
  const raw = await inflate(chunks.filter(({ type }) => type === "IDAT"), size);
  const samples = new Uint16Array(width * height * channels);
  let from = 0;
  for (const { at: [x, y, dx, dy], ...pass } of passes) {
    const rowSize = 2 * channels * pass.width;
    for (let row = 0; row < pass.height; row++, from += 1 + rowSize) {
      unfilter(raw, from, rowSize, 2 * channels, row === 0);
      const line = viewOf(raw.subarray(from + 1, from + 1 + rowSize));
      for (let i = 0; i < pass.width * channels; i++) {
        const column = x + dx * Math.floor(i / channels);
        samples[((y + dy * row) * width + column) * channels + i % channels] = line.getUint16(2 * i);
      }
    }
  }
  const significant = found(chunks, "sBIT")?.data;
  const picture = pictureOf({
    width,
    height,
    channels,
    data: samples,
    isFloat: false,
    bits: 16,
    significant: significant && largest(significant.subarray(0, channels < 3 ? 1 : 3)),
  });
  const exif = found(chunks, "eXIf")?.data;
  return upright(picture, exif && readDirectory(exif)?.get(TAG.orientation)?.[0] || 1);
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const found = (chunks: readonly PngChunk[], type: string) => chunks.find((chunk) => chunk.type === type);

function required(chunks: readonly PngChunk[], type: string): PngChunk {
  const chunk = found(chunks, type);
  if (!chunk || chunk.data.length < chunk.length) throw new RangeError(`no ${type} chunk`);
  return chunk;
}

/** The first `size` bytes of the pixels; what a file inflates to beyond them is not kept. */
async function inflate(chunks: readonly PngChunk[], size: number): Promise<Uint8Array> {
  const type = new TextEncoder().encode("IDAT");
  for (const { data, crc32: expected } of chunks) {
    const whole = new Uint8Array(4 + data.length);
    whole.set(type);
    whole.set(data, 4);
    if (crc32(whole) !== expected) throw new RangeError("an IDAT chunk has a wrong checksum");
  }
  const parts = chunks.map(({ data }) => data as Uint8Array<ArrayBuffer>);
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  const out = new Uint8Array(size);
  let filled = 0;
  for (const reader = stream.getReader(); filled < size;) {
    const { done, value } = await reader.read();
    if (done) throw new RangeError(`its pixels end after ${filled} of ${size} bytes`);
    out.set(value.subarray(0, size - filled), filled);
    filled += Math.min(value.length, size - filled);
    if (filled === size) await reader.cancel().catch(() => {});
  }
  return out;
}

/** Undoes the filter of the row at `from`, whose first byte names it; `step` is the bytes of a pixel. */
function unfilter(raw: Uint8Array, from: number, rowSize: number, step: number, isFirst: boolean): void {
  const kind = raw[from], above = from - rowSize;
  if (kind > 4) throw new RangeError(`PNG has no filter ${kind}`);
  for (let i = 0; i < rowSize; i++) {
    const left = i < step ? 0 : raw[from + 1 + i - step];
    const up = isFirst ? 0 : raw[above + i];
    const corner = isFirst || i < step ? 0 : raw[above + i - step];
    const predicted = [0, left, up, left + up >> 1, kind === 4 ? paeth(left, up, corner) : 0][kind];
    raw[from + 1 + i] += predicted;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(estimate - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
