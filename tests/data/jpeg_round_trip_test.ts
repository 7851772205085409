/** JPEG artefacts against what the host's encoder and decoder, and Pillow's where it is there, leave of a picture. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { forwardDct, inverseDct } from "../../src/data/transforms/jpeg_dct.ts";
import { jpegRoundTrip, quantization } from "../../src/data/transforms/jpeg_round_trip.ts";
import type { Picture } from "../../src/data/types.ts";
import { decodeImage, encodeJpeg } from "../../src/host/deno_images.ts";
import { pythonTest, runPython } from "../python.ts";
import { flat, withFolder } from "./helpers.ts";
import { difference } from "./reference.ts";

const QUALITIES = [1, 5, 10, 25, 49, 50, 55, 75, 90, 95, 100];
/** Sides that 8 and 16 do not divide, and the few columns that libjpeg treats apart. */
const SIZES = [[1, 1], [2, 1], [1, 2], [3, 5], [4, 4], [5, 4], [9, 7], [16, 16], [17, 15], [31, 33], [
  50,
  63,
]];

/** Slopes, edges and noise, or noise alone. */
function randomPicture(width: number, height: number, seed: number): Picture {
  const random = rng(11, width, height, seed);
  const strength = seed % 3 === 0 ? 255 : 30;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % width, y = Math.floor(i / 3 / width);
    const base = [200 - 3 * x, 5 * y, 180 * ((Math.floor(x / 4) + Math.floor(y / 3)) % 2)][i % 3];
    return Math.max(0, Math.min(255, base + random.uniform(-strength, strength)));
  });
  return { width, height, data };
}

const pictures = SIZES.flatMap(([width, height]) =>
  QUALITIES.map((quality) => ({ picture: randomPicture(width, height, quality), quality }))
);

Deno.test("jpegRoundTrip() leaves what the host's encoder and decoder leave, level for level", async () => {
  for (const { picture, quality } of pictures) {
    const expected = await decodeImage(await encodeJpeg(picture, quality));
    const { max, shareOverZero } = difference(jpegRoundTrip(picture, quality), expected);
    assertEquals(
      [max, shareOverZero],
      [0, 0],
      `${picture.width}x${picture.height} at quality ${quality}`,
    );
  }
});

const script = `
import io, sys, numpy
from PIL import Image
source, target, width, height, quality = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
pixels = numpy.fromfile(source, "u1").reshape(height, width, 3)
file = io.BytesIO()
Image.fromarray(pixels).save(file, "JPEG", quality=quality)
numpy.asarray(Image.open(file).convert("RGB")).tofile(target)
`;

pythonTest(
  "jpegRoundTrip() leaves what Pillow leaves, level for level",
  ["PIL.Image", "numpy"],
  () =>
    withFolder(async (folder) => {
      for (const [width, height, quality] of [[45, 71, 5], [101, 38, 37], [64, 50, 75], [3, 3, 20]]) {
        const picture = randomPicture(width, height, quality);
        await Deno.writeFile(`${folder}/in`, picture.data);
        await runPython(script, [`${folder}/in`, `${folder}/out`, `${width}`, `${height}`, `${quality}`]);
        const expected = { width, height, data: await Deno.readFile(`${folder}/out`) };
        assertEquals(difference(jpegRoundTrip(picture, quality), expected).max, 0);
      }
    }),
);

Deno.test("quantization() scales the standard's tables as libjpeg does", () => {
  assertEquals([...quantization(50).luma.slice(0, 4)], [16, 11, 10, 16]);
  assertEquals([...quantization(75).chroma.slice(0, 4)], [9, 9, 12, 24]);
  assertEquals(new Set(quantization(100).luma), new Set([1]));
  assertEquals(Math.max(...quantization(1).luma), 255);
  for (const quality of [0, 101, 50.5, NaN]) assertThrows(() => quantization(quality), RangeError);
});

Deno.test("forwardDct() is eight times the orthonormal DCT, and inverseDct() undoes it", () => {
  const random = rng(12);
  for (let n = 0; n < 20; n++) {
    const samples = Int32Array.from({ length: 64 }, () => random.integer(256) - 128);
    const block = samples.slice();
    forwardDct(block);
    for (let v = 0; v < 8; v++) {
      for (let u = 0; u < 8; u++) {
        const exact = 8 * naiveCoefficient(samples, u, v);
        const current = block[v * 8 + u];
        assert(Math.abs(current - exact) < 2, `coefficient ${u}, ${v} is ${current}, exactly ${exact}`);
      }
    }
    const coefficients = block.map((value) => Math.round(value / 8));
    inverseDct(coefficients);
    samples.forEach((sample, i) => assert(Math.abs(coefficients[i] - sample) <= 1));
  }
});

/** The definition of the orthonormal DCT in two dimensions. */
function naiveCoefficient(samples: Int32Array, u: number, v: number): number {
  const scale = (k: number) => k === 0 ? Math.SQRT1_2 : 1;
  const wave = (x: number, k: number) => Math.cos(((2 * x + 1) * k * Math.PI) / 16);
  const sum = samples.reduce((total, sample, i) => total + sample * wave(i % 8, u) * wave(i >> 3, v), 0);
  return 0.25 * scale(u) * scale(v) * sum;
}

Deno.test("jpegRoundTrip() keeps a gray picture and loses more at lower quality", () => {
  assertEquals(jpegRoundTrip(flat(11, 6, [128, 128, 128]), 1), flat(11, 6, [128, 128, 128]));
  const picture = randomPicture(40, 40, 1);
  const loss = (quality: number) => {
    const { data } = jpegRoundTrip(picture, quality);
    return picture.data.reduce((sum, level, i) => sum + (level - data[i]) ** 2, 0);
  };
  assert(loss(5) > loss(30) && loss(30) > loss(95));
});
