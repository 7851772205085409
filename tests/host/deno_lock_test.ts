/** Locks between processes, between machines, and where the file system has none. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FileError } from "../../src/base/errors.ts";
import type { Lock } from "../../src/base/lock.ts";
import { type LockRules, tryLock } from "../../src/host/deno_lock.ts";

const MODULE = new URL("../../src/host/deno_lock.ts", import.meta.url).href;
const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_lock_" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

async function locked(path: string, rules: Partial<LockRules> = {}): Promise<Lock> {
  const lock = await tryLock(path, "tests", rules);
  if (!lock.isOurs) throw new Error(`It is held by ${lock.by}`);
  return lock;
}

async function holder(path: string, rules: Partial<LockRules> = {}): Promise<string> {
  const taken = await tryLock(path, "tests", rules);
  if (taken.isOurs) throw new Error("Nobody holds it");
  return taken.by;
}

/** A process that holds the lock of `path` until it is killed. */
async function startHolder(path: string): Promise<Deno.ChildProcess> {
  const code = `import { tryLock } from "${MODULE}";
    console.log((await tryLock(${JSON.stringify(path)}, "draws")).isOurs);
    setInterval(() => {}, 1000);`;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    stdout: "piped",
  }).spawn();
  const { value } = await process.stdout.getReader().read();
  assertEquals(new TextDecoder().decode(value), "true\n");
  return process;
}

/** A lock file as another machine, or a process that is gone, leaves it. */
async function leaveLock(file: string, machine: string, age: number): Promise<void> {
  await Deno.writeTextFile(
    file,
    JSON.stringify({ what: "trains", pid: 9, machine, since: "2026-05-31T14:03:59Z" }) + "\n",
  );
  const then = new Date(Date.now() - age);
  await Deno.utime(file, then, then);
}

Deno.test("a lock says who holds it, and is free again and without a trace once it is released", () =>
  inFolder(async (folder) => {
    const path = `${folder}/below/data`;
    const lock = await locked(path);
    assertMatch(
      await holder(path),
      new RegExp(`^process ${Deno.pid} on ${Deno.hostname()}, which tests \\(since .{19}Z\\)$`),
    );
    await lock.release();
    await (await locked(path)).release();
    assertEquals(namesIn(`${folder}/below`), []);
  }));

Deno.test("a killed process holds its lock no longer, and its file goes with the next owner", () =>
  inFolder(async (folder) => {
    const path = `${folder}/data`;
    const process = await startHolder(path);
    assertMatch(await holder(path), new RegExp(`^process ${process.pid} on .*, which draws`));
    process.kill("SIGKILL");
    await process.status;
    await process.stdout.cancel().catch(() => {});
    const lock = await locked(path);
    assertEquals(namesIn(folder), ["data.lock.2"]);
    await lock.release();
    assertEquals(namesIn(folder), []);
  }));

Deno.test("a lock of another machine holds while it is renewed, and expires when it is not", () =>
  inFolder(async (folder) => {
    const path = `${folder}/data`;
    const lock = await locked(path, { machine: "far", renewal: 20 });
    await Deno.utime(`${path}.lock.1`, 0, 0);
    while (Deno.statSync(`${path}.lock.1`).mtime!.getTime() === 0) await pause(5);
    assertMatch(await holder(path), /^process \d+ on far,/);
    await lock.release();
    await leaveLock(`${path}.lock.1`, "gone", 30_000);
    assertMatch(await holder(path), /^process 9 on gone, which trains \(since 2026-05-31T14:03:59Z\)$/);
    await leaveLock(`${path}.lock.1`, "gone", 61_000);
    await (await locked(path)).release();
    assertEquals(namesIn(folder), []);
  }));

Deno.test("without locks of the system the age decides on the same machine, too", () =>
  inFolder(async (folder) => {
    const path = `${folder}/data`, rules = { hasSystemLocks: false };
    await leaveLock(`${path}.lock.3`, Deno.hostname(), 30_000);
    assertMatch(await holder(path, rules), /^process 9 on/);
    await (await locked(path)).release(); // the system says that nobody holds it
    await leaveLock(`${path}.lock.3`, Deno.hostname(), 61_000);
    await (await locked(path, rules)).release();
  }));

Deno.test("a process that died before it wrote who it is blocks nobody for ever", () =>
  inFolder(async (folder) => {
    const path = `${folder}/data`;
    await Deno.writeTextFile(`${path}.lock.1`, `{"what":"tr`);
    assertEquals(await holder(path), "another process");
    await Deno.utime(`${path}.lock.1`, 0, 0);
    await (await locked(path)).release();
  }));

for (const hasSystemLocks of [true, false]) {
  Deno.test(`two never hold a lock at once, ${hasSystemLocks ? "with" : "without"} the system's`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/data`;
      let inside = 0, most = 0, taken = 0;
      const contend = async (machine: string) => {
        for (let i = 0; i < 60; i++) {
          const lock = await tryLock(path, "tests", { machine, hasSystemLocks });
          if (!lock.isOurs) {
            await pause(Math.random() * 3);
            continue;
          }
          taken++;
          most = Math.max(most, ++inside);
          await pause(Math.random() * 2);
          inside--;
          // By a number that no contender comes to, whose file this would be.
          if (Math.random() < 0.3) await leaveLock(`${path}.lock.${1000 * taken}`, "gone", 61_000);
          await lock.release();
        }
      };
      await Promise.all(["a", "a", "b", "c", "d"].map(contend));
      assertEquals(most, 1);
      assert(taken > 20, `taken ${taken} times`);
    }));
}

Deno.test("a place where no lock can be written is named", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRejects(
      () => tryLock(`${folder}/file/data`, "tests"),
      FileError,
      `Cannot write "${folder}/file/data.lock": something else is in its place`,
    );
  }));
