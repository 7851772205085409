/**
 * The wire format of protocol buffers (https://protobuf.dev/programming-guides/encoding), as far as event files need
 * it: messages of varints below 2^53, doubles, floats, and bytes.
 */

import { concatBytes } from "../base/bytes.ts";

/** A field's value: an integer, an 8-byte or 4-byte number, text, bytes or an encoded message. */
export type Value =
  | number
  | string
  | Uint8Array
  | { readonly double: number }
  | { readonly float: number };

/** Encodes a message with the fields in this order; undefined fields are left out. */
export function message(
  ...fields: readonly (readonly [number: number, value: Value | undefined])[]
): Uint8Array {
  const bytes: number[] = [];
  const parts: Uint8Array[] = [];
  const close = () => {
    if (bytes.length > 0) parts.push(Uint8Array.from(bytes.splice(0)));
  };
  const tag = (number: number, type: number) => pushVarint(bytes, number * 8 + type);
  for (const [number, value] of fields) {
    if (value === undefined) continue;
    if (typeof value === "number") {
      tag(number, 0);
      pushVarint(bytes, value);
    } else if (typeof value === "object" && "double" in value) {
      tag(number, 1);
      bytes.push(...new Uint8Array(Float64Array.of(value.double).buffer));
    } else if (typeof value === "object" && "float" in value) {
      tag(number, 5);
      bytes.push(...new Uint8Array(Float32Array.of(value.float).buffer));
    } else {
      const content = typeof value === "string" ? new TextEncoder().encode(value) : value;
      tag(number, 2);
      pushVarint(bytes, content.length);
      close();
      parts.push(content);
    }
  }
  close();
  return concatBytes(parts);
}

/** Seven bits in each byte, lowest first. */
function pushVarint(bytes: number[], value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot encode ${value}: need an integer of 0 to 2^53 - 1`);
  }
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
  bytes.push(value);
}

/** The integers and bytes of a message, field by field; fixed-length numbers are skipped. */
export function* fields(bytes: Uint8Array): Generator<[number: number, value: number | Uint8Array]> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      if (at >= bytes.length) throw new SyntaxError("Cannot read message: it ends within an integer");
      const byte = bytes[at++];
      value += byte % 128 * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint(), number = Math.floor(tag / 8), type = tag % 8;
    if (type === 0) yield [number, varint()];
    else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else if (type === 2) {
      const length = varint();
      yield [number, bytes.subarray(at, at += length)];
    } else {throw new SyntaxError(
        `Cannot read message: field ${number} has the unknown wire type ${type}`,
      );}
  }
}
