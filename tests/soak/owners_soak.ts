/** Locks between processes of which some are killed at any moment, with and without the system's locks. */
import { assert, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import type { LockRules } from "../../src/host/deno_lock.ts";
import { withFolder } from "../e2e/cli.ts";
import { seed } from "./seed.ts";

const PROCESSES = 5, KILLS = 30;

/** Takes the lock again and again, and says where it finds a living process inside. */
const WORKER = `
import { tryLock } from ${JSON.stringify(new URL("../../src/host/deno_lock.ts", import.meta.url).href)};
const [path, rules] = Deno.args, inside = path + ".inside";
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const stateOf = (pid) => {
  try {
    return Deno.readTextFileSync("/proc/" + pid + "/stat").replace(/^.*\\) /s, "")[0];
  } catch {
    return "gone";
  }
};
const found = () => {
  try {
    return Deno.readTextFileSync(inside);
  } catch {
    return "";
  }
};
for (;;) {
  const lock = await tryLock(path, "soaks", JSON.parse(rules));
  if (!lock.isOurs) {
    await pause(Math.random() * 5);
    continue;
  }
  const other = found();
  if (other !== "" && !["gone", "Z", "X"].includes(stateOf(other))) console.log("two at once");
  Deno.writeTextFileSync(inside, String(Deno.pid));
  await pause(Math.random() * 3);
  Deno.removeSync(inside);
  console.log("taken");
  await lock.release();
}`;

const kinds: Readonly<Record<string, Partial<LockRules>>> = {
  "with the system's locks": {},
  "without the system's locks": { hasSystemLocks: false, renewal: 100, expiry: 2000 },
};

for (const [kind, rules] of Object.entries(kinds)) {
  Deno.test({
    name: `of processes that are killed at any moment, two never hold a lock, ${kind} (seed ${seed})`,
    ignore: Deno.build.os !== "linux",
    fn: () =>
      withFolder(async (folder) => {
        const random = rng(seed, "owners", kind);
        const script = `${folder}/worker.ts`;
        await Deno.writeTextFile(script, WORKER);
        const args = ["run", "-A", "--no-check", script, `${folder}/thing`, JSON.stringify(rules)];
        const start = () => new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
        const outputs: Promise<Deno.CommandOutput>[] = [], running = Array.from({ length: PROCESSES }, start);
        const end = (process: Deno.ChildProcess) => {
          process.kill("SIGKILL");
          outputs.push(process.output());
        };
        for (let i = 0; i < KILLS; i++) {
          await new Promise((resolve) => setTimeout(resolve, random.uniform(300, 1500)));
          end(running.splice(random.integer(PROCESSES), 1, start())[0]);
        }
        running.forEach(end);
        const texts = (await Promise.all(outputs)).map(({ stdout }) => new TextDecoder().decode(stdout));
        const lines = texts.flatMap((text) => text.split("\n"));
        const taken = lines.filter((line) => line === "taken").length;
        console.log(`taken ${taken} times`);
        assertEquals(lines.filter((line) => line === "two at once"), []);
        assert(taken > KILLS, `It was taken ${taken} times`);
      }),
  });
}
