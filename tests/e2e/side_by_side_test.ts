/** Processes side by side on a machine where nothing is there yet. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const CLI = new URL("../../src/cli.ts", import.meta.url).pathname;

/** Starts `stats` on a dataset that must be drawn first. */
function stats(cwd: string): Deno.ChildProcess {
  const set = ["data.synthetic.train=1000", "data.synthetic.valid=24", "data.synthetic.test=24"];
  const args = ["run", "--no-check", "--allow-all", CLI, "stats", ...set];
  return new Deno.Command(Deno.execPath(), { args, cwd, stdout: "piped" }).spawn();
}

function textOf({ code, stdout }: Deno.CommandOutput): string {
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout);
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

Deno.test("of processes that want a dataset one draws it, even after one was killed while it drew", async () => {
  const cwd = await Deno.makeTempDir({ prefix: "wgrad_beside_" }), folder = `${cwd}/.cache/datasets`;
  try {
    const killed = stats(cwd);
    while (!namesIn(folder).some((name) => name.endsWith(".tmp"))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const waiting = stats(cwd);
    const [said, all] = waiting.stdout.tee();
    const { value } = await said.getReader().read();
    assertStringIncludes(new TextDecoder().decode(value), `waiting for process ${killed.pid} on `);
    killed.kill("SIGKILL");
    const texts = await Promise.all([new Response(all).text(), stats(cwd).output().then(textOf)]);
    assertEquals((await waiting.status).code, 0);
    await killed.output();
    assertEquals(texts.filter((text) => text.includes("drew 1048 jersey numbers")).length, 1, texts.join());
    const names = namesIn(folder);
    assert(names.length === 1 && /^synthetic_jerseys_[0-9a-f]{8}$/.test(names[0]), names.join());
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});
