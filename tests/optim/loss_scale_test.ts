import { assertAlmostEquals, assertEquals } from "@std/assert";
import { GROWTH_INTERVAL } from "../../kernels/loss_scale.ts";
import type { Device } from "../../src/core/device.ts";
import { persistent } from "../../src/core/tensor.ts";
import { lossScale } from "../../src/optim/loss_scale.ts";
import { STEP_SCALARS } from "../../src/optim/step_scalars.ts";
import { deviceTest } from "../core/fixtures.ts";

const betas = [.9, .999] as const;

/** A loss scale, and what it says to AdamW about a step with this norm. */
function make(device: Device) {
  const scale = lossScale(device, betas);
  const scalars = persistent(device, [STEP_SCALARS]), clip = persistent(device, [2]);
  const look = async (norm: number, lr = 1e-3) => {
    scalars.write([.5, NaN, NaN, NaN, lr, ...new Array(STEP_SCALARS - 5).fill(NaN)]);
    clip.write([norm, 1]);
    return await scale.update(scalars, clip).read();
  };
  return { scale, look };
}

deviceTest(
  "a step whose norm is not finite is skipped, halves the scale, and does not count for AdamW",
  async (device) => {
    const { scale, look } = make(device);
    for (const norm of [Infinity, NaN]) {
      const [keep, rate, , taken] = await look(norm);
      assertEquals([keep, rate, taken], [.5, 0, 0]);
    }
    assertEquals(await scale.read(), { scale: 16384, good: 0, taken: 0, skipped: 2, skippedInARow: 2 });
    const [, first, second, taken] = await look(7);
    assertAlmostEquals(first / (1e-3 / (1 - .9)), 1, 2e-7); // the first that is taken
    assertAlmostEquals(second / Math.sqrt(1 - .999), 1, 2e-7);
    assertEquals(taken, 1);
    assertEquals(await scale.read(), { scale: 16384, good: 1, taken: 1, skipped: 2, skippedInARow: 0 });
    scale.free();
  },
);

deviceTest("bias corrections agree with AdamW's of the host at any step", async (device) => {
  const { scale, look } = make(device);
  for (const step of [1, 2, 3, 4, 10, 100, 299, 300, 301, 1000, 12345, 200_000]) {
    scale.state.write([1, 0, step - 1, 5, 0]);
    const [, first, second] = await look(1);
    assertAlmostEquals(first / (1e-3 / (1 - betas[0] ** step)), 1, 1e-6, `first of step ${step}`);
    assertAlmostEquals(second / Math.sqrt(1 - betas[1] ** step), 1, 1e-6, `second of step ${step}`);
  }
  scale.free();
});

deviceTest(
  "good steps in a row double the scale, and one bad step starts the count again",
  async (device) => {
    const { scale, look } = make(device);
    scale.state.write([1024, GROWTH_INTERVAL - 2, 0, 0, 0]);
    await look(1);
    assertEquals((await scale.read()).scale, 1024);
    await look(1);
    assertEquals(await scale.read(), { scale: 2048, good: 0, taken: 2, skipped: 0, skippedInARow: 0 });
    scale.state.write([1024, GROWTH_INTERVAL - 1, 7, 0, 0]);
    await look(Infinity);
    assertEquals(await scale.read(), { scale: 512, good: 0, taken: 7, skipped: 1, skippedInARow: 1 });
    scale.free();
  },
);
