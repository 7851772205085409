/** All tests of the page, as a static folder, as one whose server has ended, and as one file from disk. */
import { assertEquals } from "@std/assert";

const project = new URL("../../", import.meta.url);
const FOLDER = "tests/browser/";

/** Files of tests that open the page. */
const tests = [...Deno.readDirSync(new URL(FOLDER, project))]
  .map(({ name }) => FOLDER + name)
  .filter((path) =>
    path.endsWith("_test.ts") && Deno.readTextFileSync(new URL(path, project)).includes("withOpenPage(")
  )
  .sort();

for (const way of ["static", "offline", "single"]) {
  Deno.test(`the page's tests pass where it is opened as ${way}`, async () => {
    const args = ["test", "--config=deno.dev.json", "--no-check", "--allow-all", "--parallel", ...tests];
    const env = { PAGE_WAY: way };
    const { code } = await new Deno.Command(Deno.execPath(), {
      args,
      env,
      cwd: project,
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    assertEquals(code, 0);
  });
}
