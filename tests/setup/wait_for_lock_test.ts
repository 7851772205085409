import { assertEquals, assertRejects } from "@std/assert";
import { InterruptedError } from "../../src/base/errors.ts";
import { waitForLock } from "../../src/setup/wait_for_lock.ts";
import { memoryHost } from "../launch/memory_host.ts";

Deno.test("waitForLock() says once whom it waits for, and goes on when the lock is free", async () => {
  const { host, lines, locks } = memoryHost();
  locks.set("data", "process 7 on vm, which draws the dataset");
  const waiting = waitForLock(host, "data", "tests");
  setTimeout(() => locks.delete("data"), 300);
  await using lock = await waiting;
  assertEquals([lock.isOurs, locks.get("data")], [true, "this process, which tests"]);
  assertEquals(lines, ["  waiting for process 7 on vm, which draws the dataset"]);
});

Deno.test("waitForLock() stops when the process is asked to stop", async () => {
  const { host, locks } = memoryHost();
  locks.set("data", "process 7 on vm, which draws the dataset");
  const stopping = { ...host, signal: AbortSignal.abort() };
  const message = "Stopped while waiting for process 7 on vm";
  await assertRejects(() => waitForLock(stopping, "data", "tests"), InterruptedError, message);
});
