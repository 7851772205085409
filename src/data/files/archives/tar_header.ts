/**
 * The headers of a .tar: blocks of 512 bytes, as POSIX.1-1988 (ustar), POSIX.1-2001 (pax) and GNU tar write them.
 * Numbers are octal text, or big-endian where the first bit is set.
 */
import { decodeName } from "../../../base/archive_entry.ts";

export const BLOCK = 512;

/** A header as it stands in its block. */
export interface TarHeader {
  readonly name: string;
  /** What the entry is, a character: "0" is a file, "5" a folder. */
  readonly type: string;
  /** Bytes of content, which follow in blocks. */
  readonly size: number;
  /** The path that a link points to. */
  readonly link: string;
  /** True if more blocks with the map of a GNU sparse file follow. */
  readonly isExtended: boolean;
}

const NAME = [0, 100], SIZE = [124, 136], CHECKSUM = [148, 156], LINK = [157, 257], PREFIX = [345, 500];
const TYPE = 156, MAGIC = 257, IS_EXTENDED = 482, SPACE = 0x20;

/** True for a block of zeros, which ends an archive. */
export function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** The header in a block, or undefined if its checksum does not match. */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
  const size = numberIn(block, SIZE), checksum = numberIn(block, CHECKSUM);
  if (size === undefined || checksum === undefined || !sumsOf(block).includes(checksum)) return undefined;
  const magic = textIn(block, [MAGIC, MAGIC + 8]);
  // GNU tar keeps times where ustar has the start of a long path.
  const prefix = magic.startsWith("ustar") && !magic.startsWith("ustar ") ? textIn(block, PREFIX) : "";
  const name = textIn(block, NAME);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: block[TYPE] === 0 ? "0" : String.fromCharCode(block[TYPE]),
    size,
    link: textIn(block, LINK),
    isExtended: block[IS_EXTENDED] !== 0,
  };
}

/** The sum of a header's bytes with spaces for the checksum: of unsigned bytes and, as old programs wrote, signed. */
function sumsOf(block: Uint8Array): number[] {
  let unsigned = 0, signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= CHECKSUM[0] && i < CHECKSUM[1] ? SPACE : block[i];
    unsigned += byte;
    signed += byte << 24 >> 24;
  }
  return [unsigned, signed];
}

function textIn(block: Uint8Array, [start, end]: readonly number[]): string {
  const field = block.subarray(start, end), zero = field.indexOf(0);
  return decodeName(zero < 0 ? field : field.subarray(0, zero));
}

function numberIn(block: Uint8Array, [start, end]: readonly number[]): number | undefined {
  const field = block.subarray(start, end);
  if (field[0] & 0x80) {
    const value = field.reduce((value, byte, i) => value * 256 + (i === 0 ? byte & 0x7f : byte), 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const text = String.fromCharCode(...field).replaceAll("\0", " ").trim();
  if (!/^[0-7]*$/.test(text)) return undefined;
  return text === "" ? 0 : parseInt(text, 8);
}

/** Records "LENGTH KEY=VALUE\n" of a pax header, or undefined if they are damaged. */
export function parsePax(bytes: Uint8Array): Map<string, string> | undefined {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length && bytes[at] !== 0;) {
    const [digits] = /^\d+(?= )/.exec(String.fromCharCode(...bytes.subarray(at, at + 20))) ?? [];
    const end = at + Number(digits ?? 0), start = at + (digits?.length ?? 0) + 1;
    const equals = bytes.indexOf(0x3d, start);
    if (digits === undefined || end > bytes.length || equals < start || equals >= end) return undefined;
    if (bytes[end - 1] !== 0x0a) return undefined;
    records.set(
      decodeName(bytes.subarray(start, equals)),
      decodeName(bytes.subarray(equals + 1, end - 1)),
    );
    at = end;
  }
  return records;
}
