/** How a JPEG is to be turned, as its EXIF data says. */
import { ascii } from "./formats.ts";
import { readDirectory, TAG } from "./tiff_directory.ts";

const APP1 = 0xe1, SCAN = 0xda, EXIF = "Exif\0\0";

/**
 * The EXIF orientation of a JPEG, 1 .. 8; 1 if it has none. Undefined if its data is damaged or stands there twice, so
 * that readers may differ.
 */
export function jpegOrientation(bytes: Uint8Array): number | undefined {
  let found: Uint8Array | undefined;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    if (marker === 0xff) { // a fill byte before the marker
      at++;
      continue;
    }
    if (marker === SCAN) break;
    const length = bytes[at + 2] << 8 | bytes[at + 3], end = at + 2 + length;
    if (length < 2 || end > bytes.length) return undefined;
    if (marker === APP1 && ascii(bytes, at + 4, at + 10) === EXIF) {
      if (found !== undefined) return undefined;
      found = bytes.subarray(at + 10, end);
    }
    at = end;
  }
  if (found === undefined) return 1;
  const directory = readDirectory(found);
  if (directory === undefined) return undefined;
  const [orientation = 1, ...more] = directory.get(TAG.orientation) ?? [];
  return more.length === 0 && orientation >= 1 && orientation <= 8 ? orientation : undefined;
}
