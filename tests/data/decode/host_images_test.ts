import { assert, assertEquals } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { pictureStore } from "../../../src/data/decode/picture_store.ts";
import { scanFiles } from "../../../src/data/decode/scan.ts";
import type { Picture } from "../../../src/data/types.ts";
import { decodeImage, encodeJpeg, encodePng } from "../../../src/host/deno_images.ts";
import { DIRTY, dirtyFiles, HAS_DIRTY } from "../dirty.ts";
import { assertMessage, flat, patterned, supplyOf, utf8 } from "../helpers.ts";
import { openTree } from "../../../src/host/deno_files.ts";
import { difference } from "../reference.ts";

const read = (name: string) => Deno.readFile(`${DIRTY}/${name}`);
const decode = async (name: string) => decodeImage(await read(name));

Deno.test("decodeImage() gives back the pixels of a PNG", async () => {
  const picture = patterned(13, 7);
  assertEquals(await decodeImage(await encodePng(picture)), picture);
});

Deno.test("encodeJpeg() writes the same bytes each time, fewer at a lower quality", async () => {
  const picture = patterned(32, 32);
  const [first, second, low] = [
    await encodeJpeg(picture, 80),
    await encodeJpeg(picture, 80),
    await encodeJpeg(picture, 20),
  ];
  assertEquals(second, first);
  assert(low.length < first.length);
  const decoded = await decodeImage(await encodeJpeg(flat(16, 16, [200, 40, 90]), 95));
  assert(difference(decoded, flat(16, 16, [200, 40, 90])).max <= 3);
});

Deno.test("decodeImage() gives one clear reason for what is no picture", async () => {
  await assertMessage(() => decodeImage(new Uint8Array(0)), DataError, "the file is empty");
  await assertMessage(
    () => decodeImage(utf8("<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>")),
    DataError,
    `not a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC image: it starts with "<svg xmlns='"`,
  );
  const jpeg = await encodeJpeg(patterned(64, 64), 90);
  await assertMessage(
    () => decodeImage(jpeg.slice(0, jpeg.length / 2)),
    DataError,
    /^the file is truncated \(/,
  );
  const png = await encodePng(patterned(64, 64));
  // libvips' own words may be lost where other test files decode at the same time, see reasonOf().
  await assertMessage(
    () => decodeImage(png.slice(0, png.length / 2)),
    DataError,
    /^the file is damaged(?: \(.+\))?$/,
  );
  await assertMessage(
    () => decodeImage(png, 1000),
    DataError,
    "the image has 64x64 pixels: need at most 1000 (data.max_pixels)",
  );
});

/** Kilobytes that this process holds, or held at most. */
function memory(what: "VmRSS" | "VmHWM"): number {
  return Number(new RegExp(`${what}:\\s*(\\d+) kB`).exec(Deno.readTextFileSync("/proc/self/status"))?.[1]);
}

Deno.test({
  name: "decodeImage() takes and refuses what a sane decoder should, in less than 1 GB",
  ignore: !HAS_DIRTY,
  fn: async () => {
    const files = dirtyFiles();
    assertEquals(files.length, 45);
    Deno.writeTextFileSync("/proc/self/clear_refs", "5"); // sets the peak back to what is held now
    const before = memory("VmRSS");
    for (const { name, judged, bytes } of files) {
      const outcome = await decodeImage(bytes).then(() => "yes", (error) => `no: ${error.message}`);
      assert(judged === "either" || outcome.startsWith(judged), `${name} should be ${judged}: ${outcome}`);
      assertEquals(outcome.includes("\n"), false);
    }
    const took = memory("VmHWM") - before;
    assert(took < 1e6, `took up to ${took} kB`);
  },
});

Deno.test({
  name: "decodeImage() settles the open cases so: cut or damaged data is refused, warnings are not",
  ignore: !HAS_DIRTY,
  fn: async () => {
    const taken = [
      "hopper_bad_exif.jpg",
      "invalid_palette_index.png",
      "truncated_end_chunk.png",
      "sugarshack.mpo",
    ]
      .concat("tiff_16bit_RGB.tiff", "hopper.avif", "pal8rle.bmp");
    const refused = ["giant-image.jpg", "xcsn0g01.png"];
    for (const file of taken) assert((await decode(file)).width > 0, file);
    for (const file of refused) await assertMessage(() => decode(file), DataError, /^(the|not?) /);
  },
});

Deno.test({
  name: "decodeImage() turns pictures upright by EXIF",
  ignore: !HAS_DIRTY,
  fn: async () => {
    const upright = await decode("hopper.jpg");
    for (const turn of [3, 6, 8]) {
      const turned = await decode(`hopper_orientation_${turn}.jpg`);
      assert(meanDifference(turned, upright) < 8, `orientation ${turn}: ${meanDifference(turned, upright)}`);
    }
    const { width, height } = await decode("Landscape_6.jpg");
    assertEquals([width, height], [1800, 1200]);
  },
});

Deno.test({
  name: "decodeImage() gives three channels of the right levels for gray, 16-bit, palette, CMYK and alpha",
  ignore: !HAS_DIRTY,
  fn: async () => {
    // by Pillow's convert("RGB"); for 16-bit gray the high byte, which Pillow clips instead
    const expected: [string, number, number[]][] = [
      ["hopper_gray.jpg", 0, []],
      ["basn0g16.png", 32 * 4 + 5, []],
      ["basn6a16.png", 0, [255, 255, 0]],
      ["pil_sample_cmyk.jpg", 0, [255, 13, 25]],
      ["Channel_digital_image_CMYK_color_no_profile.jpg", 0, [200, 228, 255]],
    ];
    for (const [file, at, rgb] of expected) {
      const { width, height, data } = await decode(file);
      assertEquals(data.length, width * height * 3, file);
      const pixel = [...data.subarray(at * 3, at * 3 + 3)];
      if (rgb.length > 0) assertEquals(pixel, rgb, file);
      else assert(pixel[0] === pixel[1] && pixel[0] === pixel[2], file);
    }
    const { data } = await decode("basn0g16.png");
    assert(new Set(data).size > 100, "the 16-bit gray ramp must keep its levels");
  },
});

Deno.test({
  name: "pictureStore() names the broken files of a folder and stays within its pixel limit",
  ignore: !HAS_DIRTY,
  fn: async () => {
    const tree = await openTree(DIRTY);
    const samples = ["made_empty.jpg", "hopper.jpg", "made_html_error_page.jpg", "65536-uint32-limit.png"]
      .map((path) => ({ path, label: 0 }));
    const scanned = await scanFiles(tree, samples.map(({ path }) => path));
    const supply = await supplyOf(tree, decodeImage);
    const store = pictureStore(tree, samples, scanned, supply, { split: "train", maxUnreadable: 0.75 });
    assertEquals(store.samples.map(({ path }) => path), ["hopper.jpg"]);
    assertEquals(store.unreadable, [
      {
        path: "65536-uint32-limit.png",
        reason: "the image has 65536x65536 pixels: need at most 89478485 (data.max_pixels)",
      },
      { path: "made_empty.jpg", reason: "the file is empty" },
      {
        path: "made_html_error_page.jpg",
        reason: `not a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC image: it starts with "<!DOCTYPE ht"`,
      },
    ]);
  },
});

function meanDifference(a: Picture, b: Picture): number {
  assertEquals([a.width, a.height], [b.width, b.height]);
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]), 0) / a.data.length;
}
