import { assert, assertEquals, assertThrows } from "@std/assert";
import { exitCode } from "../../src/base/errors.ts";
import { bucket } from "../../src/core/pool.ts";
import { empty } from "../../src/core/tensor.ts";
import { deviceTest } from "./fixtures.ts";

Deno.test("bucket() holds the request in multiples of 256, and wastes at most an eighth of a large one", () => {
  for (const bytes of [0, 1, 255, 256, 257, 4095, 4097, 100_003, 2 ** 20 + 1, 98_765_432, 2 ** 33 + 5]) {
    const size = bucket(bytes);
    assert(size >= bytes && size % 256 === 0, `${bytes} -> ${size}`);
    assert(size - bytes <= Math.max(256, bytes / 8), `${bytes} -> ${size}`);
  }
  assertEquals(bucket(1), 256);
  assertEquals(bucket(2 ** 20), 2 ** 20);
});

deviceTest("the pool hands a released buffer out again, for a request of its bucket only", ({ pool }) => {
  const first = pool.acquire(1000, "a");
  pool.release(first);
  assert(pool.acquire(5000, "b") !== first);
  assert(pool.acquire(900, "c") === first);
  assert(pool.acquire(900, "d") !== first);
});

deviceTest("the pool counts what is handed out, and the most bytes that ever existed", ({ pool }) => {
  const a = pool.acquire(1024, "a");
  const b = pool.acquire(512, "b");
  assertEquals(pool.stats(), { live: 2, liveBytes: 1536, peakBytes: 1536 });
  pool.release(a);
  assertEquals(pool.stats(), { live: 1, liveBytes: 512, peakBytes: 1536 });
  pool.acquire(1024, "c");
  assertEquals(pool.stats(), { live: 2, liveBytes: 1536, peakBytes: 1536 });
  pool.release(b);
  pool.trim();
  pool.acquire(256, "d");
  assertEquals(pool.stats(), { live: 2, liveBytes: 1280, peakBytes: 1536 });
});

deviceTest("the pool refuses a buffer that was released before", (device) => {
  const x = empty(device, [4], "f32", "activations");
  const buffer = x.buffer;
  x.free();
  assertThrows(() => device.pool.release(buffer), RangeError, "Cannot release buffer activations");
  x.free(); // a tensor knows that it was freed
});

deviceTest("a tensor that is too large is named, with its size, the limit and the cure", (device) => {
  const limit = Math.min(device.gpu.limits.maxBufferSize, device.gpu.limits.maxStorageBufferBindingSize);
  const error = assertThrows(() => empty(device, [limit / 4 + 1], "f32", "conv1 output")) as Error;
  assertEquals(
    error.message,
    `Cannot allocate conv1 output: it needs ${
      (limit / 2 ** 20).toFixed(1)
    } MiB, but the adapter binds at most ` +
      `${(limit / 2 ** 20).toFixed(1)} MiB; lower data.batch_size or data.image_size`,
  );
  assertEquals(exitCode(error), 4);
  assertEquals(device.pool.stats().live, 0);
});

deviceTest("trim() destroys the buffers that wait, not those in use", async (device) => {
  const waiting = device.pool.acquire(256, "waiting");
  const used = empty(device, [64]);
  device.pool.release(waiting);
  device.pool.trim();
  used.write(new Float32Array(64).fill(2));
  assertEquals((await used.read())[63], 2);
  assert(device.pool.acquire(256, "new") !== waiting);
});
