/** The pool with workers made of timers: who gets which job, and what happens when one dies. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { decodePool, type DecodeThread, type PoolOptions } from "../../../src/data/decode/decode_pool.ts";
import {
  type PostedAnswer,
  type PostedJob,
  serveJobs,
  type ThreadScope,
} from "../../../src/data/decode/decode_thread.ts";
import type { FileTree } from "../../../src/data/types.ts";
import { decodeText, flat, treeOf } from "../helpers.ts";

/** What the workers of a test did. */
interface Log {
  started: number;
  ended: number;
  /** Jobs posted and not answered, now and at most. */
  posted: number;
  mostPosted: number;
  decoded: number;
}

/** Starts workers that decode texts; "die" throws outside of any promise, "hang" never answers. */
function fakeThreads() {
  const log: Log = { started: 0, ended: 0, posted: 0, mostPosted: 0, decoded: 0 };
  const start = (): DecodeThread => {
    log.started++;
    let isAlive = true;
    const scope: ThreadScope = {
      onmessage: null,
      postMessage: (answer: PostedAnswer) =>
        setTimeout(() => {
          if (!isAlive) return;
          if (answer.id !== undefined) log.posted--;
          thread.onmessage?.(new MessageEvent("message", { data: answer }));
        }),
    };
    const thread: DecodeThread = {
      onmessage: null,
      onmessageerror: null,
      onerror: null,
      postMessage: (job: PostedJob) => {
        log.mostPosted = Math.max(log.mostPosted, ++log.posted);
        setTimeout(() => scope.onmessage?.(new MessageEvent("message", { data: job })));
      },
      terminate: () => {
        isAlive = false;
        log.ended++;
      },
    };
    serveJobs(scope, () => Promise.reject(new Error("there are no places")), (bytes) => {
      const text = new TextDecoder().decode(bytes);
      log.decoded++;
      if (text.startsWith("die")) {
        setTimeout(() => thread.onerror?.(new ErrorEvent("error", { message: "out of memory\nat 3" })));
      }
      return text.startsWith("die") || text === "hang" ? new Promise(() => {}) : decodeText(bytes);
    });
    return thread;
  };
  return { start, log };
}

const files = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, `${1 + i % 3}x2:${i % 256}`]));

function poolOf(tree: FileTree, options: Partial<PoolOptions> = {}) {
  const { start, log } = fakeThreads();
  return { pool: decodePool(tree, { workers: 2, start, ...options }), log };
}

for (const workers of [1, 2, 3, 7]) {
  Deno.test(`a pool of ${workers} gives each file its own picture, two jobs a worker at most`, async () => {
    const { pool, log } = poolOf(treeOf(files(50)), { workers });
    const decoded = await Promise.all(Object.keys(files(50)).map((path) => pool.decode(path)));
    assertEquals(decoded.map(({ picture }) => picture), decoded.map((_, i) => flat(1 + i % 3, 2, [i, i, i])));
    assertEquals([log.started, log.mostPosted, log.decoded], [workers, 2 * workers, 50]);
    pool.close();
    assertEquals(log.ended, workers);
  });
}

Deno.test("a pool starts no more workers than there are files, and none before the first", async () => {
  const { pool, log } = poolOf(treeOf(files(2)), { workers: 8 });
  assertEquals(log.started, 0);
  await Promise.all([pool.decode("f0"), pool.decode("f1")]);
  assertEquals(log.started, 2);
  pool.close();
});

Deno.test("a pool gives reasons for what cannot be read or decoded", async () => {
  const { pool } = poolOf(treeOf({ a: "html", b: "" }));
  assertEquals(await pool.decode("a"), { reason: "this is no picture" });
  assertEquals(await pool.decode("b"), { reason: "the file is empty" });
  assertEquals(await pool.decode("c"), { reason: `Cannot read "c": "data" has no such file` });
  pool.close();
});

Deno.test("a pool hashes files, with or without decoding them", async () => {
  const { pool, log } = poolOf(treeOf({ a: "1x1:7", b: "1x1:7", c: "html" }));
  const both = await pool.decode("a", { digest: true });
  const { digest } = await pool.decode("b", { digest: true, decode: false });
  assertEquals([both.digest, both.picture?.width, digest?.length], [digest, 1, 32]);
  assertEquals(log.decoded, 1);
  assertEquals((await pool.decode("c", { digest: true })).reason, "this is no picture");
  pool.close();
});

Deno.test("a worker that dies is replaced; its file is tried again and then named, the others are decoded", async () => {
  const { pool, log } = poolOf(treeOf({ ...files(20), f7: "die" }));
  const decoded = await Promise.all(Array.from({ length: 20 }, (_, i) => pool.decode(`f${i}`)));
  const bad = decoded.flatMap(({ picture }, i) => picture ? [] : [i]);
  assertEquals(bad, [7]);
  assertEquals(decoded[7].reason, "it crashed the decoding worker 2 times (out of memory)");
  assertEquals([log.started, log.ended], [4, 2]);
  pool.close();
});

Deno.test("a worker that hangs counts as dead", async () => {
  const { pool, log } = poolOf(treeOf({ a: "hang", b: "1x1:1" }), { workers: 1, timeoutMs: 30 });
  const [a, b] = await Promise.all([pool.decode("a"), pool.decode("b")]);
  assertEquals(a.reason, "it crashed the decoding worker 2 times (no answer in 0.03 s)");
  assertEquals(b.picture?.width, 1);
  assertEquals(log.started, 3);
  pool.close();
});

Deno.test("a worker that does not come up ends everything with the reason", async () => {
  const start = (): DecodeThread => {
    const nothing = { onmessage: null, onmessageerror: null, postMessage() {}, terminate() {} };
    const thread: DecodeThread = { ...nothing, onerror: null };
    setTimeout(() => thread.onerror?.(new ErrorEvent("error", { message: "no such module" })));
    return thread;
  };
  const { pool } = poolOf(treeOf(files(3)), { start, workers: 1 });
  const all = [pool.decode("f0"), pool.decode("f1"), pool.decode("f2")].map((one) =>
    assertRejects(() => one, DataError, "Cannot start a decoding worker: no such module")
  );
  await Promise.all(all);
});

Deno.test("a pool that rests ends its workers when they are done, and starts them again", async () => {
  const { pool, log } = poolOf(treeOf(files(6)));
  const first = pool.decode("f0");
  pool.endIdle();
  assert((await first).picture);
  assertEquals([log.started, log.ended], [1, 1]);
  assert((await pool.decode("f1")).picture);
  assertEquals(log.started, 2);
  pool.endIdle();
  assertEquals(log.ended, 2);
});

Deno.test("a pool that is closed rejects what it has not done", async () => {
  const { pool, log } = poolOf(treeOf(files(9)));
  const all = Promise.allSettled(Object.keys(files(9)).map((path) => pool.decode(path)));
  pool.close();
  assertEquals((await all).map(({ status }) => status), Array(9).fill("rejected"));
  assertEquals(log.ended, log.started);
});

Deno.test("decodePool() refuses numbers of workers that are none", () => {
  for (const workers of [0, -1, 1.5]) {
    assertThrows(() => poolOf(treeOf({}), { workers }), RangeError, `Cannot decode in ${workers} workers`);
  }
});
