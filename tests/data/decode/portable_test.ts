/** The decoders that Deno and the page share, against Pillow. */
import { assert, assertEquals } from "@std/assert";
import sharp from "sharp";
import { crc32 } from "../../../src/base/crc32.ts";
import { DataError } from "../../../src/base/errors.ts";
import { rng } from "../../../src/base/rng.ts";
import { readHeader } from "../../../src/data/decode/picture_header.ts";
import { decodeTiff, isPortableTiff } from "../../../src/data/decode/portable/tiff.ts";
import { decodeImage, decoderVersion } from "../../../src/host/deno_images.ts";
import { assertMessage, patterned, utf8 } from "../helpers.ts";
import { difference } from "../reference.ts";
import { FORMAT_FILES, formatFile, shownBy } from "./formats.ts";

/** Levels by which a lossy file may differ: libjpeg and libheif round elsewhere than their peers. */
const allowed = (name: string) => /jpeg|avif/.test(name) ? 2 : name.endsWith(".heic") ? 3 : 0;
/** The bits that are assumed where a file does not declare its range. */
const ASSUMED: Readonly<Record<string, number>> = {
  "12_in_16.png": 12,
  "12_in_16.tif": 12,
  "8_in_16.png": 8,
  "float_levels.tif": 8,
};

Deno.test("decodeImage() reads BMP, TIFF, HEIC, 16-bit PNG and animated AVIF as Pillow", async () => {
  assert(FORMAT_FILES.length > 40);
  for (const name of FORMAT_FILES) {
    const picture = await decodeImage(formatFile(name)), shown = shownBy(name);
    assertEquals([picture.width, picture.height], [shown.width, shown.height], name);
    const { max } = difference(picture, shown);
    assert(max <= allowed(name), `${name} differs by ${max}`);
    assertEquals(picture.assumedBits, ASSUMED[name], name);
  }
});

Deno.test("decodeTiff() gives these values also where Deno leaves it to libvips, as a page does not", async () => {
  for (const name of FORMAT_FILES.filter((name) => isPortableTiff(formatFile(name)))) {
    const { max } = difference(await decodeTiff(formatFile(name)), shownBy(name));
    assert(max <= allowed(name), `${name} differs by ${max}`);
  }
});

Deno.test("decoderVersion() names the packages that decode, so that a cache of another version is not used", async () => {
  const { imports } = JSON.parse(Deno.readTextFileSync("deno.json"));
  const packages = Object.values<string>(imports).join(" ");
  const version = await decoderVersion();
  for (const name of ["geotiff", "libheif-js"]) {
    const [, pinned] = new RegExp(`npm:${name}@([\\d.]+)`).exec(packages)!;
    assert(version.includes(`${name} ${pinned}`), version);
  }
});

Deno.test("decodeImage() refuses too many pixels by the header of each of them", async () => {
  for (const name of FORMAT_FILES) {
    const bytes = formatFile(name), shown = shownBy(name);
    const { width, height } = readHeader(bytes)!, pixels = width * height;
    // HEVC codes whole blocks, which the file says to cut
    assert(name.endsWith(".heic") ? pixels === 64 * 64 : pixels === shown.width * shown.height, name);
    await assertMessage(
      () => decodeImage(bytes, pixels - 1),
      DataError,
      `the image has ${width}x${height} pixels: need at most ${pixels - 1} (data.max_pixels)`,
    );
  }
});

Deno.test("a cut or changed file gives a picture or one line, whatever its format", async () => {
  const random = rng(11, "broken files");
  const names = ["rgb.bmp", "palette.bmp", "rgb_lzw.tif", "jpeg.tif", "tiled.tif", "420.heic", "16.png"];
  for (const name of names) {
    const bytes = formatFile(name);
    for (let i = 0; i < 40; i++) {
      const broken = i % 2 === 0 ? bytes.slice(0, random.integer(bytes.length)) : bytes.slice();
      for (let change = 0; change < i % 2 * 3; change++) {
        broken[random.integer(i % 4 === 1 ? Math.min(300, bytes.length) : bytes.length)] = random.integer(
          256,
        );
      }
      try {
        const { width, height, data } = await decodeImage(broken, 1e6);
        assertEquals(data.length, width * height * 3, name);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        assertEquals(/\n/.test(error.message), false, name);
      }
    }
  }
});

Deno.test("a file that is cut through its pixels is refused, not shown in part", async () => {
  for (const name of ["rgb.bmp", "rgb.tif", "rgb_lzw.tif", "420.heic", "16.png"]) {
    const bytes = formatFile(name);
    const reason = /^the file is (?:damaged|truncated) \(.+\)$/;
    await assertMessage(() => decodeImage(bytes.slice(0, bytes.length * 0.6)), DataError, reason);
  }
});

/** A PNG chunk. */
function chunk(type: string, data: readonly number[]): Uint8Array {
  const body = Uint8Array.of(...utf8(type), ...data);
  const bytes = new Uint8Array(body.length + 8), view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(body, 4);
  view.setUint32(4 + body.length, crc32(body));
  return bytes;
}

/** A PNG of 16-bit values, with more chunks behind its header. */
async function png16(
  values: Uint16Array,
  channels: 1 | 3,
  chunks: readonly Uint8Array[] = [],
  progressive = false,
) {
  const width = 16, height = values.length / channels / width;
  const bytes = await sharp(values, { raw: { width, height, channels } }).toColourspace(
    channels === 1 ? "grey16" : "rgb16",
  ).png({ progressive }).toBuffer();
  return Uint8Array.of(...bytes.subarray(0, 33), ...chunks.flatMap((one) => [...one]), ...bytes.subarray(33));
}

Deno.test("16-bit PNG: the bits that sBIT declares, eXIf's orientation, interlacing", async () => {
  const low = Uint16Array.from({ length: 16 * 9 }, (_, i) => i * 7); // below 1024
  const levels = async (bytes: Uint8Array) => (await decodeImage(bytes)).data.filter((_, i) => i % 3 === 0);
  assertEquals(await levels(await png16(low, 1, [chunk("sBIT", [10])])), Uint8Array.from(low, (v) => v >> 2));
  assertEquals(await levels(await png16(low, 1)), Uint8Array.from(low, (v) => v >> 4));
  const full = low.map((value) => value << 6); // scaled to all bits, as PNG asks for
  assertEquals(
    await levels(await png16(full, 1, [chunk("sBIT", [10])])),
    Uint8Array.from(low, (v) => v >> 2),
  );
  const rgb = Uint16Array.from({ length: 16 * 9 * 3 }, (_, i) => i * 2654435761 >>> 16);
  const plain = await decodeImage(await png16(rgb, 3));
  assertEquals(plain.data, Uint8Array.from(rgb, (value) => value >> 8));
  assertEquals(await decodeImage(await png16(rgb, 3, [], true)), plain);
  const exif = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0];
  const turned = await decodeImage(await png16(rgb, 3, [chunk("eXIf", exif)]));
  assertEquals(turned.data.subarray(0, 3), plain.data.subarray(-3));
});

Deno.test("the first frame of a GIF or WebP", async () => {
  const [first, second] = [patterned(16, 12), patterned(16, 12, 2)];
  const both = new Uint8Array(first.data.length * 2);
  both.set(first.data);
  both.set(second.data, first.data.length);
  const pages = () => sharp(both, { raw: { width: 16, height: 24, channels: 3, pageHeight: 12 } });
  for (const bytes of [await pages().gif().toBuffer(), await pages().webp({ lossless: true }).toBuffer()]) {
    const picture = await decodeImage(new Uint8Array(bytes));
    assertEquals([picture.width, picture.height], [16, 12]);
    assert(difference(picture, first).shareOverOne < difference(picture, second).shareOverOne);
  }
});
