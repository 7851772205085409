/**
 * The wire format of protocol buffers (https://protobuf.dev/programming-guides/encoding), read field by field without
 * building what is not requested: a damaged or hostile file costs no more memory than its size.
 */

/** One field of a message: its number, and its value according to the wire type. */
export type Field =
  | { readonly number: number; readonly kind: "varint"; readonly value: bigint }
  | { readonly number: number; readonly kind: "bytes"; readonly value: Uint8Array }
  | { readonly number: number; readonly kind: "fixed"; readonly value: Uint8Array };

const CANNOT = "Cannot read ONNX:";

/**
 * The fields of a message in order; bytes are views.
 * @throws SyntaxError during iteration, if a tag or wire type is invalid, or a field does not end inside the message
 */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    const read = readVarint(message, at);
    at = read.next;
    return read.value;
  };
  const take = (length: number): Uint8Array => {
    if (length > message.length - at) {
      throw new SyntaxError(
        `${CANNOT} a field must end inside its message of ${message.length} bytes, current end is ${
          at + length
        }`,
      );
    }
    return message.subarray(at, at += length);
  };
  while (at < message.length) {
    const tag = Number(varint()), number = Math.floor(tag / 8), type = tag % 8;
    if (number < 1 || number > 0x1fffffff) {
      throw new SyntaxError(
        `${CANNOT} a field must have a number of 1 to 536870911, current number is ${number}`,
      );
    }
    if (type === 0) yield { number, kind: "varint", value: varint() };
    else if (type === 1) yield { number, kind: "fixed", value: take(8) };
    else if (type === 2) yield { number, kind: "bytes", value: take(Number(varint())) };
    else if (type === 5) yield { number, kind: "fixed", value: take(4) };
    else throw new SyntaxError(`${CANNOT} a field must have wire type 0, 1, 2 or 5, current type is ${type}`);
  }
}

/** The integers of a packed field, as unsigned 64-bit integers; or the single one of an unpacked field. */
export function* packedVarints(field: Field): Generator<bigint> {
  if (field.kind === "varint") return yield field.value;
  for (let at = 0; at < field.value.length;) {
    const { value, next } = readVarint(field.value, at);
    at = next;
    yield value;
  }
}

/** Seven bits in each byte, lowest first, at most ten bytes. */
function readVarint(bytes: Uint8Array, start: number): { value: bigint; next: number } {
  let low = 0, high = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) {
      throw new SyntaxError(
        `${CANNOT} an integer must end inside its message of ${bytes.length} bytes, it is truncated`,
      );
    }
    if (i < 7) low += (byte & 127) * 2 ** (7 * i);
    else high |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return { value: BigInt.asUintN(64, BigInt(low) | high), next: start + i + 1 };
  }
  throw new SyntaxError(`${CANNOT} an integer must have at most 10 bytes, the current one has more`);
}
