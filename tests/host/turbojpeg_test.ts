import { assert, assertEquals, assertThrows } from "@std/assert";
import sharp from "sharp";
import { rng } from "../../src/base/rng.ts";
import { DataError } from "../../src/base/errors.ts";
import type { Picture } from "../../src/data/types.ts";
import { openTurbojpeg } from "../../src/host/deno_turbojpeg.ts";
import { isThere } from "../data/helpers.ts";

const library = openTurbojpeg();
if (library === undefined) {
  console.log("ignored: libjpeg-turbo is not installed; ./setup.sh installs it where it can");
}
const ignore = library === undefined;

/** sharp's own values of a JPEG, as Deno's decoder takes them. */
async function bySharp(bytes: Uint8Array): Promise<Picture> {
  const image = sharp(bytes, { ignoreIcc: true, failOn: "error" }).autoOrient().toColourspace("srgb")
    .removeAlpha();
  const { data, info: { width, height, channels } } = await image.raw().toBuffer({ resolveWithObject: true });
  assertEquals(channels, 3);
  return { width, height, data: new Uint8Array(data) };
}

/** A JPEG of any kind that sharp writes: grey, progressive, any chroma and EXIF orientation, with and without a profile. */
async function drawn(i: number): Promise<Uint8Array<ArrayBuffer>> {
  const random = rng(42, "turbojpeg", i);
  const upTo = (most: number) => random.integer(most);
  const largest = i % 10 === 0 ? 400 : 60,
    width = 1 + upTo(largest),
    height = 1 + upTo(largest),
    noise = 1 + upTo(200);
  const values = Uint8Array.from({ length: 3 * width * height }, (_, i) => i * 7 + upTo(noise));
  let image = sharp(values, { raw: { width, height, channels: 3 } });
  if (i % 7 === 0) image = image.toColourspace("b-w");
  if (i % 3 === 0) image = image.withMetadata({ orientation: 1 + upTo(8) });
  if (i % 11 === 0) image = image.withIccProfile("p3");
  const chromaSubsampling = ["4:2:0", "4:4:4"][upTo(2)];
  const options = {
    quality: 1 + upTo(100),
    progressive: i % 4 === 0,
    chromaSubsampling,
    mozjpeg: i % 13 === 0,
  };
  return new Uint8Array(await image.jpeg(options).toBuffer());
}

Deno.test({
  name: "libjpeg-turbo gives the values of sharp, on this thread and aside",
  ignore,
  fn: async () => {
    for (let i = 0; i < 120; i++) {
      const bytes = await drawn(i), expected = await bySharp(bytes);
      assertEquals(await library!.decode(bytes, i % 2 === 0), expected, `JPEG ${i}`);
    }
  },
});

Deno.test({
  name: "libjpeg-turbo leaves what is damaged, CMYK or oddly turned to sharp, and goes on",
  ignore: ignore || !isThere("../shared/data/dirty"),
  fn: async () => {
    const whole = await drawn(3), expected = await bySharp(whole);
    const read = (name: string) => Deno.readFile(`../shared/data/dirty/${name}`);
    const left = [
      whole.subarray(0, whole.length / 2),
      whole.with(2, 0),
      await read("pil_sample_cmyk.jpg"),
      await read("hopper_bad_exif.jpg"),
      await read("multiple_exif.jpg"),
    ];
    for (const [i, bytes] of left.entries()) {
      assertEquals(await library!.decode(bytes, false), undefined, `${i}`);
      assertEquals(await library!.decode(whole, true), expected);
    }
  },
});

Deno.test("a library that is named must load, and none may be", () => {
  assertEquals(openTurbojpeg("none"), undefined);
  const error = assertThrows(() => openTurbojpeg("/no/libturbojpeg.so"), DataError);
  assert(error.message.startsWith("Cannot decode with WGRAD_TURBOJPEG=/no/libturbojpeg.so: "), error.message);
});
