/** Decoding workers in Chromium, on files that a user hands in, against what sharp makes of them. */
import { assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import { decodeImage, encodeJpeg } from "../../src/host/deno_images.ts";
import { patterned } from "../data/helpers.ts";
import { browserTest } from "../rings.ts";
import { blank, bundle, script, withPage } from "./harness.ts";

/** What a page reports of a file: its size and its values, or the reason. */
type Seen = { width: number; height: number; data: number[] } | string;

browserTest("a pool of workers in Chromium decodes what lies in a dropped .zip, in order", async () => {
  const encoded = await Promise.all(
    Array.from({ length: 9 }, (_, i) => encodeJpeg(patterned(20 + i, 31 - i, i), 90)),
  );
  const names = [...encoded.map((_, i) => `train/a/${i}.jpg`), "train/a/broken.jpg"];
  const files = [...encoded, new TextEncoder().encode("<html>")];
  const zip = zipSync(Object.fromEntries(names.map((name, i) => [name, files[i]])));
  const routes = {
    "/": blank,
    "/page.js": script(await bundle(["src/host/browser.ts", "src/data/decode/decode_pool.ts"])),
    "/worker.js": script(await bundle(["src/host/browser_decode_worker.ts"])),
    "/data.zip": { type: "application/zip", body: zip },
  };
  await withPage(routes, async ({ page, errors }) => {
    const seen = await page.evaluate<Seen[], string[]>(async (names) => {
      const url = "/page.js", { decodePool, openArchive, startThread } = await import(url);
      const file = new File([await (await fetch("/data.zip")).blob()], "data.zip");
      const tree = await openArchive(file);
      const pool = decodePool(tree, { workers: 2, start: () => startThread("/worker.js") });
      // deno-lint-ignore no-explicit-any
      const decoded: any[] = await Promise.all(names.map((name) => pool.decode(name)));
      pool.close();
      return decoded.map(({ picture, reason }) => picture ? { ...picture, data: [...picture.data] } : reason);
    }, names);
    const expected = await Promise.all(encoded.map((bytes) => decodeImage(bytes)));
    assertEquals(seen, [
      ...expected.map((picture) => ({ ...picture, data: [...picture.data] })),
      `not a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC image: it starts with "<html>"`,
    ]);
    assertEquals(errors, []);
  });
});
