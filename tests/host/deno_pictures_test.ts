/** Decoding under Deno in real workers. */
import { assert, assertEquals } from "@std/assert";
import { decodePool } from "../../src/data/decode/decode_pool.ts";
import { openTree } from "../../src/host/deno_files.ts";
import { decodeImage, decoderVersion } from "../../src/host/deno_images.ts";
import { denoPictures, startThread } from "../../src/host/deno_pictures.ts";
import { DIRTY, dirtyFiles, HAS_DIRTY } from "../data/dirty.ts";
import { treeOf } from "../data/helpers.ts";

/** Without what libvips says, whose threads share one list of errors. */
const withoutDetail = (reason?: string) => reason?.replace(/ \(.*\)$/, "");

Deno.test({
  name: "workers take and refuse the awkward files as the main thread does, pixel for pixel",
  ignore: !HAS_DIRTY,
  fn: async () => {
    const pool = decodePool(await openTree(DIRTY), { workers: 2, start: startThread });
    const files = dirtyFiles();
    const decoded = await Promise.all(files.map(({ name }) => pool.decode(name)));
    for (const [i, { name, bytes }] of files.entries()) {
      const { picture, reason } = decoded[i];
      const [here, why] = await decodeImage(bytes).then(
        (picture) => [picture],
        ({ message }) => [undefined, message],
      );
      assertEquals([picture, withoutDetail(reason)], [here, withoutDetail(why)], name);
    }
    pool.close();
  },
});

Deno.test({
  name: "workers refuse pictures of more pixels than allowed",
  ignore: !HAS_DIRTY,
  fn: async () => {
    const pool = decodePool(await openTree(DIRTY), {
      workers: 1,
      start: startThread,
      maxPixels: 128 * 128 - 1,
    });
    const { reason } = await pool.decode("hopper.jpg");
    assertEquals(reason, "the image has 128x128 pixels: need at most 16383 (data.max_pixels)");
    pool.close();
  },
});

Deno.test("denoPictures() knows the decoder's version and the memory that is left", async () => {
  assert(/^(?:libjpeg-turbo, )?sharp \d+\.\d+\.\d+, libvips \d+\.\d+\.\d+, /.test(await decoderVersion()));
  const { freeMemory, processors } = denoPictures();
  assert(freeMemory() > 0 && freeMemory() <= Deno.systemMemoryInfo().total && processors >= 1);
});

Deno.test("a real worker that throws outside of its job is replaced, and the process lives on", async () => {
  const code = `
    self.onmessage = ({ data: { id, bytes } }) => {
      if (bytes[0] === 100) setTimeout(() => { throw new Error("worn out"); });
      else self.postMessage({ id, picture: { width: 1, height: 1, data: new Uint8Array(3).fill(bytes[0]) } });
    };
    self.postMessage({});`;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const start = () => new Worker(url, { type: "module" });
  const files = Object.fromEntries("abdefg".split("").map((letter) => [letter, letter]));
  const pool = decodePool(treeOf(files), { workers: 2, start });
  const decoded = await Promise.all(Object.keys(files).map((path) => pool.decode(path)));
  assertEquals(
    decoded.map(({ picture, reason }) => picture?.data[0] ?? reason),
    [97, 98, "it crashed the decoding worker 2 times (Uncaught Error: worn out)", 101, 102, 103],
  );
  pool.close();
  URL.revokeObjectURL(url);
});
