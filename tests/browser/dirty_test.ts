/** Every awkward file of ../shared/data/dirty, decoded in Chromium: taken or refused as its README.tsv says. */
import { assert, assertEquals } from "@std/assert";
import { decodeImage } from "../../src/host/deno_images.ts";
import { dirtyFiles, HAS_DIRTY } from "../data/dirty.ts";
import { browserTest } from "../rings.ts";
import { blank, bundle, script, withPage } from "./harness.ts";

browserTest("decodeImage() in Chromium takes and refuses what a sane decoder should", async (context) => {
  if (!HAS_DIRTY) return console.log("ignored: ../shared/data/dirty is missing");
  const module = script(await bundle(["src/host/browser.ts"]));
  const files = dirtyFiles();
  const routes = Object.fromEntries(
    files.map(({ bytes }, i) => [`/file${i}`, { type: "image/x", body: bytes }]),
  );
  await withPage({ "/": blank, "/browser.js": module, ...routes }, async ({ page, errors }) => {
    for (const [i, { name, judged, bytes }] of files.entries()) {
      await context.step(name, async () => {
        const outcome = await page.evaluate<string, string>(async (path) => {
          const url = "/browser.js", { decodeImage } = await import(url);
          const bytes = new Uint8Array(await (await fetch(path)).arrayBuffer());
          try {
            const { width, height, data } = await decodeImage(bytes);
            return `yes ${width}x${height} ${data.length}`;
          } catch (error) {
            return `no ${error}`;
          }
        }, `/file${i}`);
        assert(judged === "either" || outcome.startsWith(judged), outcome);
        if (outcome.startsWith("no")) return assert(/^no DataError: .+$/.test(outcome), outcome);
        const { width, height, data } = await decodeImage(bytes);
        assertEquals(outcome, `yes ${width}x${height} ${data.length}`);
      });
    }
    assertEquals(errors, []);
  });
});
