/** Decoding workers in Chromium, on files that a user hands in, against what sharp makes of them. */
import { assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import { decodeImage, encodeJpeg } from "../../src/host/deno_images.ts";
import { gzipped, tarOf } from "../data/files/archives/make.ts";
import { patterned } from "../data/helpers.ts";
import { browserTest } from "../rings.ts";
import { blank, bundle, script, withPage } from "./harness.ts";

/** What a page reports of a file: its size and its values, or the reason. */
type Seen = { width: number; height: number; data: number[] } | string;

browserTest("workers in Chromium decode what lies in a dropped .zip or .tar.gz, in order", async () => {
  const encoded = await Promise.all(
    Array.from({ length: 9 }, (_, i) => encodeJpeg(patterned(20 + i, 31 - i, i), 90)),
  );
  const names = [...encoded.map((_, i) => `train/a/${i}.jpg`), "train/a/broken.jpg"];
  const files = [...encoded, new TextEncoder().encode("<html>")];
  const zip = zipSync(Object.fromEntries(names.map((name, i) => [name, files[i]])));
  const tar = await gzipped(tarOf(...names.map((name, i) => ({ name, content: files[i] }))));
  const routes = {
    "/": blank,
    "/page.js": script(await bundle(["src/host/browser.ts", "src/data/decode/decode_pool.ts"])),
    "/worker.js": script(await bundle(["src/host/browser_decode_worker.ts"])),
    "/data.zip": { type: "application/zip", body: zip },
    "/data.tar.gz": { type: "application/gzip", body: tar },
  };
  await withPage(routes, async ({ page, errors }) => {
    const decode = (name: string) =>
      page.evaluate<Seen[], [string, string[]]>(async ([archive, names]) => {
        const url = "/page.js", { decodePool, openArchive, startThread } = await import(url);
        const file = new File([await (await fetch(`/${archive}`)).blob()], archive);
        const tree = await openArchive(file);
        const pool = decodePool(tree, { workers: 2, start: () => startThread("/worker.js") });
        // deno-lint-ignore no-explicit-any
        const decoded: any[] = await Promise.all(names.map((name) => pool.decode(name)));
        pool.close();
        return decoded.map(({ picture, reason }) =>
          picture ? { ...picture, data: [...picture.data] } : reason
        );
      }, [name, names]);
    const seen = await decode("data.zip"), fromTar = await decode("data.tar.gz");
    const expected = await Promise.all(encoded.map((bytes) => decodeImage(bytes)));
    assertEquals(seen, [
      ...expected.map((picture) => ({ ...picture, data: [...picture.data] })),
      `not a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC image: it starts with "<html>"`,
    ]);
    assertEquals(fromTar, seen);
    assertEquals(errors, []);
  });
});
