import { assertEquals, assertRejects } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { encodePng } from "../../src/formats/png.ts";
import { decodeImage } from "../../src/host/deno_images.ts";

Deno.test("encodePng() writes what libvips reads, with and without a density", async () => {
  const stream = rng(1, "png");
  for (const [width, height] of [[1, 1], [7, 3], [131, 57]]) {
    const data = Uint8Array.from({ length: width * height * 3 }, () => stream.integer(256));
    for (const dotsPerInch of [undefined, 150]) {
      assertEquals(await decodeImage(await encodePng({ width, height, data }, dotsPerInch)), {
        width,
        height,
        data,
      });
    }
  }
});

Deno.test("encodePng() refuses data that does not fill the picture", async () => {
  await assertRejects(
    () => encodePng({ width: 2, height: 2, data: new Uint8Array(11) }),
    TypeError,
    "must have 2 x 2 x 3 values, current length is 11",
  );
});
