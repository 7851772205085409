/** Archives for tests, written by hand: what programs write only rarely, or never. */
import { utf8 } from "../../helpers.ts";

/** What a header of a .tar says; what is left out is that of an ordinary file. */
export interface TarEntry {
  readonly name: string;
  readonly content?: Uint8Array | string;
  readonly type?: string;
  readonly link?: string;
  readonly prefix?: string;
  readonly magic?: string;
  /** The size that the header gives, if it is not that of the content. */
  readonly size?: number;
}

/** A .tar of these entries, with two blocks of zeros at its end. */
export function tarOf(...entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  return joined(...entries.map(entryBytes), new Uint8Array(1024));
}

/** Bytes one after another. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What gzip makes of bytes. */
export async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}

/** A record of a pax header. */
export function paxRecord(key: string, value: string): string {
  const rest = utf8(` ${key}=${value}\n`).length;
  let length = rest + 1;
  while (length !== rest + String(length).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

/** Gives all headers of a ustar archive the checksum that they should have. */
export function signTar(bytes: Uint8Array): void {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const block = bytes.subarray(at, at + 512);
    if (String.fromCharCode(...block.subarray(257, 262)) === "ustar") sign(block);
  }
}

function sign(block: Uint8Array): void {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((sum, byte) => sum + byte, 0);
  block.set(utf8(sum.toString(8).padStart(6, "0") + "\0 "), 148);
}

function entryBytes(entry: TarEntry): Uint8Array {
  const { name, content = "", type = "0", link = "", prefix = "", magic = "ustar\x0000" } = entry;
  const body = typeof content === "string" ? utf8(content) : content;
  const block = new Uint8Array(512);
  const put = (at: number, text: string) => block.set(utf8(text), at);
  put(0, name), put(100, "0000644\0"), put(124, (entry.size ?? body.length).toString(8).padStart(11, "0"));
  put(136, "00000000000"), put(156, type), put(157, link), put(257, magic);
  put(345, prefix);
  sign(block);
  return joined(block, body, new Uint8Array((512 - body.length % 512) % 512));
}
