import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConfigError, DivergedError, FileError } from "../../src/base/errors.ts";
import { launch } from "../../src/launch/launch.ts";
import type { ConfiguredTask } from "../../src/launch/task.ts";
import { ranksInOneProcess } from "../ranks.ts";
import { memoryHost } from "./memory_host.ts";

/** A host whose disk takes no line of a log, nor a result, and a task that prints and then runs `body`. */
function onFullDisk(body: () => void) {
  const memory = memoryHost(), { writeAtomic } = memory.host;
  const full = (path: string) => Promise.reject(new FileError(`Cannot write "${path}": the disk is full`));
  const host = {
    ...memory.host,
    appendText: full,
    writeAtomic: (path: string, bytes: Uint8Array) =>
      path.endsWith("result.json") ? full(path) : writeAtomic(path, bytes),
  };
  const task: ConfiguredTask = {
    name: "train",
    summary: "Prints",
    check: () => {},
    async run(host) {
      host.print("a line");
      await new Promise((resolve) => setTimeout(resolve, 0)); // an unhandled rejection would end the process here
      body();
      return new Map();
    },
  };
  return { run: () => launch(host, task, ["hydra.run.dir=r"]), memory };
}

Deno.test("what ends a run is reported, not that its log and its result cannot be written either", async () => {
  const { run, memory } = onFullDisk(() => {
    throw new DivergedError("The loss is no longer finite");
  });
  await assertRejects(run, DivergedError);
  assertEquals(memory.locks.size, 0);
});

Deno.test("a log that cannot be written fails its run at the end", async () => {
  const { run, memory } = onFullDisk(() => {});
  await assertRejects(run, FileError, `Cannot write "r/train.log": the disk is full`);
  assertEquals(memory.locks.size, 0);
});

Deno.test("of several ranks the first writes the run's files, and the others take part in the same places", async () => {
  const folders: string[] = [];
  const hosts = await Promise.all(
    ranksInOneProcess(3).map(async (ranks) => {
      const memory = memoryHost();
      const task: ConfiguredTask = {
        name: "train",
        summary: "Prints",
        check: () => {},
        openRanks: () => Promise.resolve(ranks),
        async run(host, _, { folder }, { rank }) {
          folders.push(`${rank} ${folder}`);
          host.print(`a line of ${rank}`);
          host.print(`a warning of ${rank}`, "warning");
          await ranks.barrier();
          return new Map([["test/acc_top1", rank]]);
        },
      };
      assertEquals(await launch(memory.host, task, ["hydra.run.dir=r"]), 0);
      return memory;
    }),
  );
  assertEquals(folders.sort(), ["0 r", "1 r", "2 r"]);
  assert(hosts[0].lines.includes("a line of 0") && hosts[0].files.has("r/result.json"));
  for (const [i, { lines, files }] of hosts.slice(1).entries()) {
    assertEquals(lines, [`rank ${i + 1}: a warning of ${i + 1}`]);
    assertEquals(files.size, 0);
  }
});

Deno.test("a rank whose run ends as that of all leaves the report to the first", async () => {
  const ranks = ranksInOneProcess(2), ended: number[] = [];
  const runs = ranks.map((ranks) => {
    const task: ConfiguredTask = {
      name: "train",
      summary: "Ends",
      check: () => {},
      openRanks: () => Promise.resolve(ranks),
      run: () => Promise.reject(new DivergedError("The loss is no longer finite")),
    };
    return launch(memoryHost().host, task, ["hydra.run.dir=r"]).finally(() => ended.push(ranks.rank));
  });
  await assertRejects(() => runs[0], DivergedError);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(ended, [0]);
  ranks[0].abort(4);
  await assertRejects(() => runs[1], Error, "Aborted with code 4");
});

Deno.test("ranks meet before one of them can fail", async () => {
  const { host } = memoryHost(), [ranks] = ranksInOneProcess(2);
  let opened = 0;
  const several = { ...host, openRanks: () => Promise.resolve((opened++, ranks)) };
  const task: ConfiguredTask = {
    name: "train",
    summary: "Fails",
    check: () => {},
    openRanks: () => Promise.resolve(ranks),
    run: () => Promise.resolve(new Map()),
  };
  await assertRejects(() => launch(several, task, ["--no-such-flag"]), ConfigError);
  assertEquals(opened, 1);
});

Deno.test("a sweep is refused on several ranks", async () => {
  const { host } = memoryHost(), [ranks] = ranksInOneProcess(2);
  const task = { name: "train", summary: "Sweeps", check: () => {}, run: () => Promise.resolve(new Map()) };
  const several = { ...host, openRanks: () => Promise.resolve(ranks) };
  const sweep = () => launch(several, task, ["--multirun", "seed=1,2"]);
  await assertRejects(sweep, ConfigError, "Cannot sweep on 2 ranks");
});
