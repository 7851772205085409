/** What .gitignore names is made by programs, and a checkout that had it would replace what is there. */
import { assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);

Deno.test("nothing that .gitignore names is part of the repository", async () => {
  const ignored = (await Deno.readTextFile(new URL(".gitignore", root))).split("\n").filter((line) =>
    line !== ""
  );
  const paths = ignored.map((line) => line.replaceAll(/^\/|\/$/g, ""));
  const git = new Deno.Command("git", { args: ["ls-files", "--", ...paths], cwd: root });
  const { code, stdout } = await git.output();
  assertEquals([code, new TextDecoder().decode(stdout)], [0, ""]);
});
