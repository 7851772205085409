import { assertEquals, assertRejects } from "@std/assert";
import { DivergedError, FileError } from "../../src/base/errors.ts";
import { launch } from "../../src/launch/launch.ts";
import type { ConfiguredTask } from "../../src/launch/task.ts";
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
