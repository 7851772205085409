import { assert, assertEquals } from "@std/assert";
import { compile, type CompiledKernel } from "../../src/core/compile.ts";
import { openDevice } from "../../src/core/device.ts";
import { type FirstRuns, firstRuns, shareFirstRuns, takeFirstRuns } from "../../src/core/first_runs.ts";
import { empty } from "../../src/core/tensor.ts";
import { gpuTest, testGpu } from "../rings.ts";
import { deviceTest, elementwise, map } from "./fixtures.ts";

/** Kernels with a buffer, a texture and a uniform, each of another code. */
const codes = Array.from({ length: 6 }, (_, i) => ({
  name: `kernel${i}`,
  code: `@group(0) @binding(0) var x: texture_2d<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> sizes: vec4i;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  y[id.x] = textureLoad(x, vec2i(0, sizes.x), 0).x + ${i}.0;
}`,
}));

function untaken(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

deviceTest("threads take each kernel once, whatever it binds", async (device) => {
  const taken = untaken(), seen: string[] = [];
  const take = () =>
    takeFirstRuns(device, { kernels: codes, taken }, ({ name, code }) => {
      seen.push(name);
      return compile(device, name, code);
    });
  await Promise.all([take(), take()]);
  await device.settled();
  assertEquals(seen.toSorted(), codes.map(({ name }) => name));
});

gpuTest("one that takes long has other threads help, once, with all kernels by their length", async () => {
  const gpu = await testGpu(), device = await openDevice(gpu);
  try {
    const asked: FirstRuns[] = [], watched: number[] = [];
    shareFirstRuns(gpu, async (runs) => {
      asked.push(runs);
      Atomics.add(runs.taken, 0, 1); // takes the next one and is done
      await Promise.resolve();
    });
    const used: string[] = [];
    const kernels = codes.map(({ name, code }, i): CompiledKernel => {
      const kernel = compile(device, name, code.padEnd(code.length + i)), { pipeline } = kernel;
      return {
        ...kernel,
        pipeline,
        get layout() {
          used.push(name);
          for (const start = performance.now(); name === "kernel4" && performance.now() - start < 120;);
          return kernel.layout;
        },
      };
    });
    await firstRuns(device, kernels, (taken) => watched.push(taken));
    await device.settled();
    const order = ["kernel5", "kernel4", "kernel3", "kernel2", "kernel1", "kernel0"];
    assertEquals(asked.length, 1);
    assertEquals(asked[0].kernels.map(({ name }) => name), order);
    assertEquals(used, order.toSpliced(2, 1));
    assertEquals(watched, [1, 2, 4, 5, 6]);
  } finally {
    shareFirstRuns(gpu, () => Promise.resolve());
    device.close();
  }
});

deviceTest("a kernel that runs over no workgroups writes nothing", async (device) => {
  const y = empty(device, [4]), statement = "y[i] = 7.0;";
  y.write(Float32Array.of(1, 2, 3, 4));
  const kernels = [{ name: "map", code: elementwise(statement) }];
  await takeFirstRuns(device, { kernels, taken: untaken() }, ({ name, code }) => compile(device, name, code));
  assertEquals([...await y.read()], [1, 2, 3, 4]);
  map.run({ x: empty(device, [4]), y }, { statement, count: 4 });
  assert((await y.read()).every((value) => value === 7));
});
