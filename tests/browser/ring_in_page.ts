/** Runs tests that Deno runs too in Chromium, on Dawn and SwiftShader, each by its name as a step. */
import { assert, assertEquals } from "@std/assert";
import { blank, bundle, script, withPage } from "./harness.ts";

/**
 * Runs the tests of `files`, paths in the project, but for those whose name a pattern of `leftOut` finds.
 * @throws AssertionError if there is no test, or a pattern leaves out nothing
 */
export async function runInPage(
  context: Deno.TestContext,
  files: readonly string[],
  leftOut: readonly RegExp[] = [],
): Promise<void> {
  const rings = "tests/rings.ts", url = "/tests.js";
  const bundled = await bundle([...files, rings], { [rings]: "tests/browser/page_rings.ts" });
  await withPage({ "/": blank, [url]: script(bundled) }, async ({ page, errors }) => {
    const names = await page.evaluate<string[], string>(async (url) => (await import(url)).names(), url);
    for (const pattern of leftOut) {
      assert(names.some((name) => pattern.test(name)), `${pattern} leaves out nothing`);
    }
    const taken = names.filter((name) => !leftOut.some((pattern) => pattern.test(name)));
    assert(taken.length > 0, "There is no test to run");
    for (const name of taken) {
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
}
