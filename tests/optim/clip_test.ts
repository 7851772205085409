import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import type { Device } from "../../src/core/device.ts";
import { persistent, tensorOf } from "../../src/core/tensor.ts";
import { clipByNorm } from "../../src/optim/clip.ts";
import { deviceTest } from "../core/fixtures.ts";
import { clipGradNorm } from "../reference/adamw.ts";
import { randomNormal } from "../reference/random.ts";

/** The norm and the factor of some gradients. */
async function clipped(device: Device, gradients: Float32Array, maxNorm: number | null, scale?: number) {
  return await device.scope(async () => {
    const clip = persistent(device, [2]);
    const scaled = scale === undefined ? undefined : tensorOf(device, [scale], [1]);
    clipByNorm(tensorOf(device, gradients, [gradients.length]), clip, maxNorm, scaled);
    const [norm, factor] = await clip.read();
    return { norm, factor };
  });
}

deviceTest("clipByNorm() gives the norm and factor of clip_grad_norm_, for all sizes", async (device) => {
  for (const size of [4, 60, 16384, 16388, 100_004, 1_300_004]) {
    const gradients = randomNormal(rng(1, size), size, .1);
    for (const maxNorm of [.5, 1e4]) {
      const expected = clipGradNorm([Float64Array.from(gradients)], maxNorm);
      const { norm, factor } = await clipped(device, gradients, maxNorm);
      assertAlmostEquals(norm / expected.norm, 1, 5e-7, `norm of ${size}`);
      assertAlmostEquals(factor / expected.factor, 1, 5e-7, `factor of ${size}`);
    }
  }
});

deviceTest("clipByNorm() never scales up, and null only measures", async (device) => {
  assertEquals(await clipped(device, Float32Array.of(.3, 0, 0, .4), 10), { norm: .5, factor: 1 });
  assertEquals(await clipped(device, Float32Array.of(300, 0, 0, 400), null), { norm: 500, factor: 1 });
  assertEquals(await clipped(device, new Float32Array(8), 1), { norm: 0, factor: 1 });
});

deviceTest("clipByNorm() shows gradients that are not finite in the norm", async (device) => {
  assertEquals(await clipped(device, Float32Array.of(1, Infinity, 0, 0), 1), { norm: Infinity, factor: 0 });
  assertEquals((await clipped(device, Float32Array.of(1, NaN, 0, 0), 1)).norm, NaN);
});

deviceTest("clipByNorm() takes the loss scale off the norm and the gradients", async (device) => {
  const gradients = Float32Array.of(3 * 1024, 0, 0, 4 * 1024);
  assertEquals(await clipped(device, gradients, 10, 1024), { norm: 5, factor: 1 / 1024 });
  assertEquals(await clipped(device, gradients, null, 1024), { norm: 5, factor: 1 / 1024 });
  const { factor } = await clipped(device, gradients, 1, 1024);
  assertAlmostEquals(factor * 5 * 1024, 1, 1e-6);
});
