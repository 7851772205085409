import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DeviceLostError, exitCode, GpuError } from "../../src/base/errors.ts";
import { compile } from "../../src/core/compile.ts";
import { LIMITS, openDevice, shareDevice } from "../../src/core/device.ts";
import { empty, persistent, type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { gpuTest } from "../rings.ts";
import { testGpu } from "../rings.ts";
import { deviceTest, map } from "./fixtures.ts";

gpuTest("openDevice() asks for the adapter's own limits", async () => {
  const adapter = (await (await testGpu()).requestAdapter())!;
  const device = await openDevice(await testGpu());
  for (const name of LIMITS) assertEquals(device.gpu.limits[name], adapter.limits[name], name);
  assertEquals(device.gpu.features.has("timestamp-query"), adapter.features.has("timestamp-query"));
  assertEquals(device.adapter.description, adapter.info.description);
  device.close();
});

Deno.test("openDevice() says what to install where there is no adapter", async () => {
  const none = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
  for (const gpu of [undefined, none]) {
    const error = await assertRejects(() => openDevice(gpu), GpuError, "apt-get install mesa-vulkan-drivers");
    assertEquals(exitCode(error), 4);
  }
});

Deno.test("openDevice() names an adapter that gives no device", async () => {
  const adapter = {
    features: new Set(),
    limits: {},
    info: { description: "Test GPU" },
    requestDevice: () => Promise.reject(new Error("busy")),
  };
  const gpu = { requestAdapter: () => Promise.resolve(adapter) } as unknown as GPU;
  await assertRejects(() => openDevice(gpu), GpuError, "Cannot open the GPU Test GPU: busy");
});

Deno.test("openDevice() refuses to split products where there are no matrix units, with the reason", async () => {
  const adapter = { features: new Set(), limits: {}, info: { description: "Test GPU" } };
  const gpu = { requestAdapter: () => Promise.resolve(adapter) } as unknown as GPU;
  const error = await assertRejects(
    () => openDevice(gpu, "split"),
    GpuError,
    "Cannot split products of f32 (trainer.matmul=split) on Test GPU because it has no matrix units: the adapter " +
      'has no feature "chromium-experimental-subgroup-matrix"; set trainer.matmul=f32, or see with',
  );
  assertEquals(exitCode(error), 4);
});

gpuTest("lanes share loads on llvmpipe with vectors of 256 bits, where Deno has subgroups", async () => {
  const device = await openDevice(await testGpu());
  const { description } = device.adapter, isDeno = Deno.env.get("WGRAD_GPU") === undefined;
  assertEquals(device.sharesLanes, isDeno && /llvmpipe.* 256 bits/.test(description));
  device.close();
});

deviceTest("a lost device rejects reads and device.failed, and every later call throws", async (device) => {
  const x = tensorOf(device, [1, 2, 3], [3]);
  device.gpu.destroy();
  await assertRejects(
    () => x.read(),
    DeviceLostError,
    "Cannot continue because the GPU device was lost (destroyed)",
  );
  await assertRejects(() => device.failed, DeviceLostError);
  assertThrows(() => x.write([1, 2, 3]), DeviceLostError);
  assertThrows(() => device.pass(), DeviceLostError);
});

deviceTest("a device that is lost during a read rejects it", async (device) => {
  const x = tensorOf(device, [1, 2, 3], [3]);
  const read = x.read();
  device.gpu.destroy();
  await assertRejects(() => read, DeviceLostError);
});

deviceTest("an uncaptured error rejects the read after it and device.failed", async (device) => {
  const x = tensorOf(device, [1, 2, 3, 4], [4], "f32", "weights");
  device.copy(x.buffer, 3, x.buffer, 256, 4);
  const error = await assertRejects(
    () => x.read(),
    GpuError,
    "Cannot continue because the GPU reported an error: ",
  );
  assertEquals(exitCode(error), 4);
  assertEquals(await assertRejects(() => device.failed), error);
  device.close(); // a later failure does not replace the first
  assertThrows(() => device.flush(), GpuError, error.message);
});

deviceTest("an uncaptured error rejects device.failed although nothing is read", async (device) => {
  device.gpu.createBuffer({ label: "odd", size: 4, usage: 0 });
  const error = await assertRejects(() => device.failed, GpuError, "usage");
  assertEquals(error.message, error.message.trim());
});

deviceTest("running out of memory names the cure", async (device) => {
  class GPUOutOfMemoryError {
    readonly message = "";
  }
  const event = new Event("uncapturederror");
  Object.defineProperty(event, "error", { value: new GPUOutOfMemoryError() });
  device.gpu.dispatchEvent(event);
  await assertRejects(() => device.failed, GpuError, "out of memory: lower data.batch_size");
});

deviceTest("close() makes later calls throw, and is no loss", async (device) => {
  const x = tensorOf(device, [1], [1]);
  device.close();
  assertThrows(() => device.flush(), GpuError, "it was closed");
  await assertRejects(async () => await x.read(), GpuError, "it was closed");
  const error = await assertRejects(() => device.failed, GpuError);
  assert(!(error instanceof DeviceLostError));
});

deviceTest("scope() frees what it made, nested scopes first, and not what keep() names", (device) => {
  const live = () => device.pool.stats().live;
  let kept!: Tensor;
  const outer = device.scope(() => {
    empty(device, [4]);
    device.scope(() => {
      empty(device, [4]);
      kept = empty(device, [4]);
      device.keep(kept.storage);
      assertEquals(live(), 3);
    });
    assertEquals(live(), 2);
    return persistent(device, [4]);
  });
  assertEquals(live(), 2);
  kept.free();
  outer.free();
  assertEquals(live(), 0);
});

deviceTest("scope() lets a tensor in it be freed early", (device) => {
  device.scope(() => empty(device, [4]).free());
  assertEquals(device.pool.stats().live, 0);
});

deviceTest("scope() frees when its body throws", (device) => {
  assertThrows(
    () =>
      device.scope(() => {
        empty(device, [4]);
        throw new Error("body");
      }),
    Error,
    "body",
  );
  assertEquals(device.pool.stats().live, 0);
});

deviceTest("scope() of an asynchronous body frees when it has settled", async (device) => {
  const values = await device.scope(async () => await tensorOf(device, [1, 2], [2]).read());
  assertEquals([...values], [1, 2]);
  assertEquals(device.pool.stats().live, 0);
  const failing = device.scope(async () => {
    await tensorOf(device, [1, 2], [2]).read();
    throw new Error("body");
  });
  await assertRejects(() => failing, Error, "body");
  assertEquals(device.pool.stats().live, 0);
});

deviceTest("scope() frees its own tensors where asynchronous scopes overlap", async (device) => {
  const turn = Promise.withResolvers<void>();
  let second!: Tensor;
  const first = device.scope(async () => {
    empty(device, [4]);
    await turn.promise;
  });
  const other = device.scope(async () => {
    second = empty(device, [4]);
    await first;
    second.write([1, 2, 3, 4]);
    assertEquals([...await second.read()], [1, 2, 3, 4]);
    empty(device, [4]);
  });
  turn.resolve();
  await other;
  assertEquals(device.pool.stats().live, 0);
});

deviceTest(
  "a buffer that was released and used again is written after the dispatches that still read it",
  async (device) => {
    const y = empty(device, [64]);
    device.scope(() => {
      const x = tensorOf(device, new Float32Array(64).fill(3), [64]);
      map.run({ x, y }, { statement: "y[i] = x[i];", count: 64 });
    });
    tensorOf(device, new Float32Array(64).fill(7), [64]);
    assertEquals(new Set(await y.read()), new Set([3]));
  },
);

gpuTest("devices that share one of the runtime compile a kernel once, and each is closed alone", async () => {
  const own = await testGpu();
  let requested = 0;
  const gpu = {
    async requestAdapter(options: GPURequestAdapterOptions) {
      const adapter = (await own.requestAdapter(options))!;
      const { features, limits, info } = adapter;
      const requestDevice = (descriptor: GPUDeviceDescriptor) => {
        requested++;
        return adapter.requestDevice(descriptor);
      };
      return { features, limits, info, requestDevice };
    },
  } as unknown as GPU;
  shareDevice(gpu);
  const [first, second] = await Promise.all([openDevice(gpu), openDevice(gpu)]);
  const code = "@compute @workgroup_size(1) fn main() {}";
  const kernel = compile(first, "nothing", code);
  assert(!compile(second, "nothing", code).isPrepared);
  await kernel.prepare();
  assert(compile(second, "nothing", code).isPrepared);
  assertEquals(compile(second, "nothing", code).pipeline, kernel.pipeline);
  const kept = tensorOf(second, [1, 2, 3], [3]);
  first.close();
  assertThrows(() => first.pass(), GpuError, "it was closed");
  assertEquals([...await kept.read()], [1, 2, 3]);
  assertEquals(requested, 1);
  second.gpu.destroy();
  await second.gpu.lost;
  const third = await openDevice(gpu);
  assertEquals([...await tensorOf(third, [4], [1]).read()], [4]);
  assertEquals(requested, 2);
  third.close();
  third.gpu.destroy();
});
