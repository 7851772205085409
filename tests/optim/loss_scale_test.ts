import { assertEquals } from "@std/assert";
import { GROWTH_INTERVAL } from "../../kernels/loss_scale.ts";
import type { Device } from "../../src/core/device.ts";
import { persistent } from "../../src/core/tensor.ts";
import { lossScale } from "../../src/optim/loss_scale.ts";
import { STEP_SCALARS } from "../../src/optim/step_scalars.ts";
import { deviceTest } from "../core/fixtures.ts";

/** A loss scale, and what it decides about a step with this norm: whether it is taken, and how many were. */
function make(device: Device) {
  const scale = lossScale(device);
  const scalars = persistent(device, [STEP_SCALARS]), clip = persistent(device, [2]);
  const look = async (norm: number) => {
    clip.write([norm, 1]);
    scale.decide(scalars, clip);
    return [...await scale.taken.read()];
  };
  return { scale, look };
}

deviceTest(
  "a step whose norm is not finite is skipped, halves the scale, and does not count",
  async (device) => {
    const { scale, look } = make(device);
    assertEquals(await look(Infinity), [0, 0]);
    assertEquals(await look(NaN), [0, 0]);
    assertEquals(await scale.read(), { scale: 16384, good: 0, taken: 0, skipped: 2, skippedInARow: 2 });
    assertEquals(await look(7), [1, 1]); // the first that is taken
    assertEquals(await scale.read(), { scale: 16384, good: 1, taken: 1, skipped: 2, skippedInARow: 0 });
    assertEquals(await look(-Infinity), [0, 1]);
    assertEquals(await look(0), [1, 2]);
    scale.free();
  },
);

deviceTest("times() is the scale times a loss's gradient", async (device) => {
  const { scale } = make(device), dloss = persistent(device, [1]);
  dloss.write([.375]);
  const scaled = scale.times(dloss);
  assertEquals([...await scaled.read()], [.375 * 65536]);
  for (const part of [scaled, dloss, scale]) part.free();
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
