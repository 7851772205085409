import { assert, assertEquals, assertMatch } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { launcher, permissions, windowsLauncher } from "../../packaging/launcher.ts";
import { usages } from "../../src/tasks/usages.ts";

Deno.test("every task of the command line has its permissions in the launchers", () => {
  const found = permissions(project.tasks);
  assertEquals([...found.keys()].sort(), [...Object.keys(usages), "train", "eval", "stats"].sort());
  for (const [name, flags] of found) {
    assertMatch(flags, name === "doctor" ? /^--allow-all$/ : /^--no-prompt --allow-read/);
    assert(launcher(project.tasks).includes(`  ${name}) allow="${flags}" ;;`));
    assert(windowsLauncher(project.tasks).includes(`if "%~1"=="${name}" set "allow=${flags}"\r\n`));
  }
});

Deno.test({
  name: "wgrad is found through links, and hands on words as they are",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "wgrad dist " }));
    await Deno.mkdir(`${folder}/real/bin`, { recursive: true });
    await Deno.writeTextFile(`${folder}/real/wgrad`, launcher(project.tasks), { mode: 0o755 });
    const fake = '#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n';
    await Deno.writeTextFile(`${folder}/real/bin/deno`, fake, { mode: 0o755 });
    await Deno.symlink("real", `${folder}/linked`);
    await Deno.symlink("linked/wgrad", `${folder}/wgrad`);
    const run = async (...args: string[]) => {
      const command = new Deno.Command(`${folder}/wgrad`, {
        args,
        cwd: "/",
        env: { PATH: "/usr/bin:/bin" },
        clearEnv: true,
      });
      return new TextDecoder().decode((await command.output()).stdout).trimEnd().split("\n");
    };
    const words = ["--config", `${folder}/real/deno.json`, `${folder}/real/lib/cli.js`];
    const least = ["--no-prompt", "--allow-read", "--allow-env", "--allow-sys"];
    assertEquals(await run("clean", "a b", "*"), [
      "run",
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys",
      ...words,
      "clean",
      "a b",
      "*",
    ]);
    assertEquals(await run(), ["run", ...least, ...words, "--help"]);
    await Deno.remove(folder, { recursive: true });
  },
});
