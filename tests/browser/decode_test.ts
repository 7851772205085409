/** Pictures decoded in Chromium against what sharp makes of them in Deno. */
import { assertEquals, assertMatch } from "@std/assert";
import sharp, { type Sharp } from "sharp";
import { drawJersey, type Picture, rng } from "../../mod.ts";
import { decodeImage } from "../../src/host/deno_images.ts";
import { FORMAT_FILES, formatFile } from "../data/decode/formats.ts";
import { patterned } from "../data/helpers.ts";
import { browserTest } from "../rings.ts";
import { blank, bundle, type OpenPage, script, withPage } from "./harness.ts";

const { data, width, height } = drawJersey("23", rng(42, "decode"), 40);
const picture = sharp(data, { raw: { width, height, channels: 3 } }).extract({
  left: 0,
  top: 0,
  width: 37,
  height: 40,
});
/** With alpha from 0 to 255, so that colours are lost where they are multiplied by it. */
const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) => {
  const pixel = Math.floor(i / 4), channel = i % 4;
  return channel === 3 ? pixel % 256 : data[3 * pixel + channel];
});

const files: Readonly<Record<string, () => Sharp>> = {
  "a JPEG with 4:2:0 chroma": () => picture.clone().jpeg({ quality: 80 }),
  "a progressive JPEG with 4:4:4 chroma": () =>
    picture.clone().jpeg({ quality: 90, progressive: true, chromaSubsampling: "4:4:4" }),
  "a grey JPEG": () => picture.clone().greyscale().jpeg({ quality: 80 }),
  "a JPEG that EXIF turns": () => picture.clone().jpeg({ quality: 80 }).withMetadata({ orientation: 6 }),
  "a PNG": () => picture.clone().png(),
  "a PNG with a palette": () => picture.clone().png({ palette: true, colours: 16 }),
  "a translucent PNG": () => sharp(rgba, { raw: { width, height, channels: 4 } }).png(),
  "a WebP": () => picture.clone().webp({ lossless: true }),
};

/** About the corners of chroma at half the size: planes of one, two and three columns, and half blocks. */
const ODD_SIZES = [[1, 1], [1, 9], [2, 3], [3, 2], [4, 5], [5, 1], [5, 4], [6, 7], [16, 16], [17, 33], [
  131,
  67,
]];

browserTest("decodeImage() in Chromium gives the values of sharp", async (context) => {
  const module = script(await bundle(["src/host/browser.ts"]));
  await withPage({ "/": blank, "/browser.js": module }, async ({ page, errors }) => {
    for (const [name, encode] of Object.entries(files)) {
      await context.step(name, async () => {
        const bytes = new Uint8Array(await encode().toBuffer());
        assertEquals(await decodeInPage(page, bytes), await decodeImage(bytes));
      });
    }
    await context.step("JPEGs of odd sizes, without a Blob", async () => {
      await page.evaluate(() => {
        globalThis.Blob = class {
          constructor() {
            throw new Error("a Blob was made");
          }
        } as unknown as typeof Blob;
      });
      for (const [i, [width, height]] of ODD_SIZES.entries()) {
        for (const chromaSubsampling of ["4:2:0", "4:4:4"]) {
          const { data } = patterned(width, height, i);
          const jpeg = sharp(data, { raw: { width, height, channels: 3 } }).jpeg({
            quality: 85,
            chromaSubsampling,
          });
          const bytes = new Uint8Array(await jpeg.toBuffer());
          const name = `${width}x${height} ${chromaSubsampling}`;
          assertEquals(await decodeInPage(page, bytes), await decodeImage(bytes), name);
        }
      }
      await page.reload();
    });
    await context.step("BMP, TIFF, HEIC and 16-bit PNG", async () => {
      for (const name of FORMAT_FILES.filter((name) => !name.endsWith(".avif"))) {
        const bytes = formatFile(name);
        assertEquals(await decodeInPage(page, bytes), await decodeImage(bytes), name);
      }
    });
    await context.step("a file that is not an image gives a reason", async () => {
      assertEquals(await decodeInPage(page, new Uint8Array()), "DataError: the file is empty");
      const fault = await decodeInPage(page, new TextEncoder().encode("no picture"));
      assertEquals(
        fault,
        `DataError: not a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC image: it starts with "no picture"`,
      );
      const damaged = await decodeInPage(page, Uint8Array.of(0xff, 0xd8, 0xff, 0xd9));
      assertMatch(
        String(damaged),
        /^DataError: the file is damaged, or not an image that this browser can decode \(/,
      );
    });
    assertEquals(errors, []);
  });
});

/** The picture, or the error as text. */
async function decodeInPage(page: OpenPage["page"], bytes: Uint8Array): Promise<Picture | string> {
  const decoded = await page.evaluate<{ width: number; height: number; data: number[] } | string, number[]>(
    async (bytes) => {
      const url = "/browser.js", { decodeImage } = await import(url);
      try {
        const { data, ...rest } = await decodeImage(Uint8Array.from(bytes));
        return { ...rest, data: [...data] };
      } catch (error) {
        return String(error);
      }
    },
    [...bytes],
  );
  return typeof decoded === "string" ? decoded : { ...decoded, data: Uint8Array.from(decoded.data) };
}
