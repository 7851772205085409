/** The command line's --help, for every task of deno.json that is one of its. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ConfigError } from "../src/base/errors.ts";
import { main } from "../src/cli.ts";
import { usages } from "../src/tasks/usages.ts";
import { memoryHost } from "./launch/memory_host.ts";

const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
const names = Object.keys(tasks).filter((name) => tasks[name].command?.endsWith(` src/cli.ts ${name}`));

for (const name of names) {
  for (const flag of ["--help", "-h"]) {
    Deno.test(`deno task ${name} ${flag} prints usage, a summary and every flag`, async () => {
      const { host, lines, files } = memoryHost();
      assertEquals(await main([name, flag], host), 0);
      const text = lines.join("\n");
      assert(text.startsWith(`deno task ${name}`), text);
      assert(text.includes("-h, --help"), text);
      const { flags = {} } = (usages as Record<string, { flags?: object }>)[name] ?? {};
      for (const own of Object.keys(flags)) assertMatch(text, new RegExp(`^  (-\\w+, )?--${own}\\b`, "m"));
      assertEquals(files.size, 0);
    });
  }
}

Deno.test("every usage and every configured task is a task of deno.json", () => {
  assertEquals([...names].sort(), [...Object.keys(usages), "train", "eval", "stats"].sort());
});

Deno.test("a task refuses a flag that it lacks, with its usage", async () => {
  for (const name of Object.keys(usages)) {
    await assertRejects(
      async () => await main([name, "--nope"], memoryHost().host),
      ConfigError,
      `Usage: deno task ${name}`,
    );
  }
});
