/** The op ring in Chromium, on Dawn and SwiftShader: the cases of tests/ops and tests/kernels, each by its name. */
import { assert, assertEquals } from "@std/assert";
import { browserTest } from "../rings.ts";
import { blank, bundle, script, withPage } from "./harness.ts";

/**
 * Cases that Deno alone runs. Each compiles up to eleven variants of the same few kernels, and a software GPU takes
 * half a second for one; other cases go the same ways with fewer.
 */
const LEFT_OUT = [
  /^conv2d\(\) agrees with its definition on drawn shape/,
  /^conv2d\(\) takes a stride of 3/,
  /^conv2d\(\) leaves out taps/,
  /^linear\(\) .* (?:13|150) rows/,
  /^(?:implicitGemmTiled|conv2dWgradTiled)\(\) (?:agrees|leaves|of|takes|writes)/,
  /^implicitGemmTiled\(\) .* at another parity/,
];

/** The tests of a folder whose names end so. */
function testsIn(folder: string, end: string): string[] {
  return [...Deno.readDirSync(new URL(`../../${folder}/`, import.meta.url))]
    .filter(({ name }) => name.endsWith(end)).map(({ name }) => `${folder}/${name}`).sort();
}

const opTests = [
  ...testsIn("tests/ops", "_test.ts"),
  ...testsIn("tests/kernels", "_tiled_test.ts"),
  "tests/kernels/batch_norm_merge_test.ts",
];

browserTest("every op passes its ring in Chromium", async (context) => {
  const modules = [...opTests, "tests/rings.ts"];
  const bundled = await bundle(modules, { "tests/rings.ts": "tests/browser/page_rings.ts" });
  const routes = { "/": blank, "/op_ring.js": script(bundled) };
  await withPage(routes, async ({ page, errors }) => {
    const names = await page.evaluate<string[], string>(
      async (url) => (await import(url)).names(),
      "/op_ring.js",
    );
    for (const pattern of LEFT_OUT) {
      assert(names.some((name) => pattern.test(name)), `${pattern} leaves out nothing`);
    }
    for (const name of names.filter((name) => !LEFT_OUT.some((pattern) => pattern.test(name)))) {
      await context.step(name, async () => {
        const fault = await page.evaluate<string | undefined, string[]>(
          async ([url, name]) => (await import(url)).run(name),
          ["/op_ring.js", name],
        );
        if (fault !== undefined) throw new Error(fault);
      });
    }
    assertEquals(errors, []);
  });
});
