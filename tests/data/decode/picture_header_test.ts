import { assertEquals } from "@std/assert";
import sharp, { type Sharp } from "sharp";
import { cutFault, headerFault, readHeader } from "../../../src/data/decode/picture_header.ts";
import { dirtyFiles, HAS_DIRTY } from "../dirty.ts";
import { patterned, utf8 } from "../helpers.ts";

const { data, width, height } = patterned(37, 23);
const picture = () => sharp(data, { raw: { width, height, channels: 3 } });
const bytesOf = async (image: Sharp) => new Uint8Array(await image.toBuffer());
const translucent = () => picture().ensureAlpha(0.5);

const files: [name: string, format: string, encode: () => Sharp][] = [
  ["a JPEG", "JPEG", () => picture().jpeg()],
  ["a progressive JPEG", "JPEG", () => picture().jpeg({ progressive: true })],
  ["a PNG", "PNG", () => picture().png()],
  ["a GIF", "GIF", () => picture().gif()],
  ["a lossy WebP", "WebP", () => picture().webp()],
  ["a lossless WebP", "WebP", () => picture().webp({ lossless: true })],
  ["a WebP with alpha", "WebP", () => translucent().webp()],
  ["an AVIF", "AVIF", () => picture().avif()],
];

for (const [name, format, encode] of files) {
  Deno.test(`readHeader() finds format and size of ${name}`, async () => {
    const header = readHeader(await bytesOf(encode()))!;
    assertEquals([header.format, header.width, header.height], [format, width, height]);
  });
}

Deno.test("readHeader() counts the components of a JPEG", async () => {
  assertEquals(readHeader(await bytesOf(picture().toColourspace("b-w").jpeg()))!.components, 1);
  assertEquals(readHeader(await bytesOf(picture().jpeg()))!.components, 3);
});

Deno.test("readHeader() takes any cut of a file without an error", async () => {
  for (const [, , encode] of files) {
    const bytes = await bytesOf(encode());
    for (let length = 0; length < Math.min(bytes.length, 700); length++) readHeader(bytes.slice(0, length));
  }
});

Deno.test("headerFault() refuses too many pixels by the header alone", async () => {
  const bytes = await bytesOf(picture().png());
  const header = readHeader(bytes);
  assertEquals(headerFault(bytes, header, 37 * 23), undefined);
  assertEquals(
    headerFault(bytes, header, 37 * 23 - 1),
    "the image has 37x23 pixels: need at most 850 (data.max_pixels)",
  );
  assertEquals(
    headerFault(utf8("x"), undefined, 1),
    'not a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC image: it starts with "x"',
  );
});

Deno.test("cutFault() notices every cut through the pixels of a JPEG or PNG", async () => {
  for (
    const encode of [
      () => picture().jpeg(),
      () => picture().jpeg({ progressive: true }),
      () => picture().png(),
    ]
  ) {
    const bytes = await bytesOf(encode());
    const header = readHeader(bytes)!;
    assertEquals(cutFault(bytes, header), undefined);
    for (let length = 700; length < bytes.length - 20; length += 13) {
      assertEquals(
        cutFault(bytes.slice(0, length), header)?.startsWith("the file is truncated"),
        true,
        `${length}`,
      );
    }
  }
});

Deno.test({
  name: "readHeader() agrees with the table of awkward files",
  ignore: !HAS_DIRTY,
  fn: () => {
    const rows = Deno.readTextFileSync("../shared/data/dirty/README.tsv").trim().split("\n").slice(1);
    const sizes = new Map(rows.map((row) => row.split("\t")).map(([name, , w, h]) => [name, `${w}x${h}`]));
    for (const { name, judged, bytes } of dirtyFiles()) {
      const header = readHeader(bytes);
      if (judged !== "yes" || !header) continue;
      assertEquals(`${header.width}x${header.height}`, sizes.get(name), name);
    }
  },
});
