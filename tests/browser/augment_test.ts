/** The augmentation's tests in Chromium, on Dawn and SwiftShader: the cases of tests/data/gpu, each by its name. */
import { assert, assertEquals } from "@std/assert";
import { browserTest } from "../rings.ts";
import { blank, bundle, script, withPage } from "./harness.ts";

browserTest("augmentation on the GPU passes its tests in Chromium", async (context) => {
  const modules = ["tests/data/gpu/augmenter_test.ts", "tests/data/gpu/degrade_test.ts", "tests/rings.ts"];
  const bundled = await bundle(modules, { "tests/rings.ts": "tests/browser/page_rings.ts" });
  await withPage({ "/": blank, "/augment.js": script(bundled) }, async ({ page, errors }) => {
    const url = "/augment.js";
    const names = await page.evaluate<string[], string>(async (url) => (await import(url)).names(), url);
    assert(names.length > 0);
    for (const name of names) {
      await context.step(name, async () => {
        const fault = await page.evaluate<string | undefined, string[]>(
          async ([url, name]) => (await import(url)).run(name),
          [url, name],
        );
        if (fault !== undefined) throw new Error(fault);
      });
    }
    assertEquals(errors, []);
  });
});
