/** Text files of a dataset: decoded strictly, since one wrong byte could merge two classes. */
import { DataError } from "../../base/errors.ts";

const EAST_ASIAN = /[\u3000-\u303f\u3040-\u30ff\p{Script=Han}\uff00-\uff60]/u;

/**
 * The text of a file, without a byte order mark. `encoding` is any label of the WHATWG Encoding Standard.
 * @throws DataError if the bytes are not in the encoding, with the encoding that they seem to be in
 */
export function decodeText(bytes: Uint8Array, file: string, encoding = "utf-8"): string {
  const text = tryDecode(bytes, encoding);
  if (text !== undefined && !text.includes("\0")) return text;
  throw new DataError(
    `Cannot read "${file}": it is not ${encoding.toUpperCase()} and seems to be ${guess(bytes)}; ` +
      `give data.encoding=${guess(bytes)}, or save it as UTF-8`,
  );
}

function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The likely encoding of bytes that are not UTF-8. */
function guess(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const zeros = [0, 0];
  bytes.forEach((byte, i) => zeros[i % 2] += Number(byte === 0));
  if (zeros[0] + zeros[1] > bytes.length / 8) return zeros[1] > zeros[0] ? "utf-16le" : "utf-16be";
  const high = bytes.filter((byte) => byte >= 0x80);
  if (high.some((byte) => byte < 0xa0) && isWrittenIn(bytes, "shift_jis")) return "shift_jis";
  if (!isInRuns(bytes)) return "windows-1252";
  if (high.every((byte) => byte >= 0xc0)) return "windows-1251";
  return isWrittenIn(bytes, "gb18030") ? "gb18030" : "windows-1252";
}

/** True if all that is not ASCII is Japanese or Chinese in an encoding. */
function isWrittenIn(bytes: Uint8Array, encoding: string): boolean {
  const text = tryDecode(bytes, encoding);
  return text !== undefined &&
    [...text].every((character) => character < "\x80" || EAST_ASIAN.test(character));
}

/** True if letters above ASCII stand mostly beside each other, as in words of another alphabet. */
function isInRuns(bytes: Uint8Array): boolean {
  let high = 0, beside = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] < 0x80) continue;
    high++;
    if (bytes[i - 1] >= 0x80 || bytes[i + 1] >= 0x80) beside++;
  }
  return beside > high / 2;
}
