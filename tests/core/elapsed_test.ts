import { assert, assertEquals } from "@std/assert";
import { elapsed } from "../../src/core/elapsed.ts";
import { type Device, openDevice } from "../../src/core/device.ts";
import { recordProgram } from "../../src/core/program.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { openGpu } from "../../src/host/deno_gpu.ts";
import { relu } from "../../src/ops/relu.ts";
import { gpuTest } from "../rings.ts";

/** Milliseconds of no run, and of 1 and 256 runs, of a kernel over 4 MiB: microseconds on a GPU, more than a timestamp's. */
async function measured(device: Device): Promise<number[]> {
  const x = tensorOf(device, new Float32Array(2 ** 20), [2 ** 20]);
  const program = await recordProgram(device, () => [relu(x)]);
  const times: number[] = [];
  for (const runs of [1, 0, 1, 256]) times.push(await elapsed(device, () => program.run(runs)));
  program.free();
  x.free();
  return times.slice(1);
}

gpuTest("elapsed() grows with the work between its timestamps, and counts no wait", async () => {
  const device = await openDevice(await openGpu());
  if (device.gpu.features.has("timestamp-query")) {
    const [none, one, many] = await measured(device);
    assert(none >= 0 && none < one && 4 * one < many, `${none}, ${one}, ${many} ms`);
  }
  assertEquals(device.pool.stats().live, 0);
  device.close();
});

gpuTest("elapsed() takes the host's clock where there are no timestamps", async () => {
  const device = await openDevice(await openGpu());
  Object.defineProperty(device.gpu, "features", { value: new Set() });
  const [none, one, many] = await measured(device);
  assert(none >= 0 && one < many, `${none}, ${one}, ${many} ms`);
  device.close();
});
