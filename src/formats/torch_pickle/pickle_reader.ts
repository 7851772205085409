/** Reads numbers, text and lengths of a pickle, never past the end of the available bytes. */
import { CutOff, PickleFault } from "./values.ts";

/** Limit on the bytes of an integer: no size, count or seed needs more. */
const MOST_INTEGER_BYTES = 256;
const MOST_DIGITS = 600;

export class PickleReader {
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array, public at: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Advances by `length` and returns the previous position. @throws CutOff past the end */
  #skip(length: number): number {
    const from = this.at;
    if (length > this.bytes.length - from) throw new CutOff();
    this.at += length;
    return from;
  }

  u8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  /** Eight bytes that encode a length. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#skip(8), true);
    if (value > Number.MAX_SAFE_INTEGER) throw new CutOff();
    return Number(value);
  }

  /** Big-endian, unlike everything else. */
  f64(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  take(length: number): Uint8Array {
    const from = this.#skip(length);
    return this.bytes.subarray(from, from + length);
  }

  text(length: number): string {
    return utf8.decode(this.take(length));
  }

  /** An integer in two's complement, least significant byte first. */
  integer(length: number): number | bigint {
    if (length > MOST_INTEGER_BYTES) {
      throw new PickleFault(`its pickle has an integer of ${length} bytes`);
    }
    const bytes = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[i]);
    return narrow(BigInt.asIntN(8 * length, value));
  }

  /** The text up to the end of a line. */
  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw new CutOff();
    const text = utf8.decode(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  /** A line with a decimal integer, with or without a trailing L. */
  decimal(): number | bigint {
    const text = this.line();
    if (text.length > MOST_DIGITS || !/^-?\d+L?$/.test(text)) {
      throw new PickleFault(`its pickle has the invalid integer ${JSON.stringify(text.slice(0, 40))}`);
    }
    return narrow(BigInt(text.replace("L", "")));
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
