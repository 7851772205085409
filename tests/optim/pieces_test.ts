/** A step on an adapter that binds less than the flat buffers, against the same step on one that binds them whole. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import type { Device } from "../../src/core/device.ts";
import { flat, piecesOf, type Range } from "../../src/core/pieces.ts";
import { persistent, type Tensor } from "../../src/core/tensor.ts";
import { castFlat } from "../../src/ops/cast.ts";
import { accumulation } from "../../src/optim/accumulation.ts";
import { clipByNorm } from "../../src/optim/clip.ts";
import { ema } from "../../src/optim/ema.ts";
import { makeOptimizer } from "../../src/optim/optimizers/mod.ts";
import { withSam } from "../../src/optim/sam.ts";
import { STEP_SCALARS, stepScalars } from "../../src/optim/step_scalars.ts";
import { deviceTest } from "../core/fixtures.ts";
import { randomNormal } from "../reference/random.ts";

/** Elements: no multiple of a piece. */
const SIZE = 128 * 2100;

/** Lets the device bind at most so many bytes. */
function bindAtMost(device: Device, bytes: number): void {
  const { limits } = device.gpu;
  const get = (_: unknown, name: keyof typeof limits) =>
    name === "maxStorageBufferBindingSize" ? bytes : limits[name];
  Object.defineProperty(device.gpu, "limits", { value: new Proxy({}, { get }) });
}

Deno.test("piecesOf() covers a range with pieces that the adapter binds, at multiples of 128 elements", () => {
  const pieces = (bytes: number, range: Range) =>
    piecesOf({ gpu: { limits: { maxStorageBufferBindingSize: bytes } } } as Device, range);
  assertEquals(pieces(2 ** 27, [0, 33_554_432]), [[0, 33_554_432]]);
  assertEquals(pieces(2 ** 27, [256, 33_554_816]), [[256, 16_777_600], [16_777_600, 33_554_816]]);
  assertEquals(pieces(2047, [128, 900]), [[128, 512], [512, 896], [896, 900]]);
});

/** Everything that goes over flat buffers, once: their values afterwards, and the norm. */
async function everything(device: Device): Promise<{ values: Float32Array[]; norm: number }> {
  const filled = (name: string) => {
    const tensor = flat(device, SIZE, "f32", name);
    tensor.write(randomNormal(rng(5, name), SIZE));
    return tensor;
  };
  const [values, gradients] = ["values", "gradients"].map(filled);
  const halves = flat(device, 128 * 900, "f16", "halves");
  const [scalars, clip, taken] = [STEP_SCALARS, 2, 2].map((size) => persistent(device, [size]));
  const parameters = { values, halves, decayed: 128 * 900, trained: [256, 128 * 1900] } as const;
  const optimizer = withSam(
    makeOptimizer({ name: "adamw", weight_decay: .5, decay_norm_and_bias: false }, parameters),
    parameters,
    {
      rho: 1,
      adaptive: true,
    },
  );
  const average = ema([values]), sum = accumulation(gradients, 2);
  clip.write([1, .5]);
  taken.write([1, 1]);
  scalars.write(stepScalars(optimizer.scalars(1, 1e-2)));
  device.scope(() => {
    sum.add(scalars);
    optimizer.ascent!.climb({ gradients });
    sum.add(scalars);
    optimizer.ascent!.comeBack({ gradients });
    optimizer.step({
      gradients: sum.total,
      scalars,
      clip,
      decision: { taken, skips: false, decide() {}, free() {} },
    });
    average.update(scalars);
    average.swap();
    castFlat(values, halves);
    clipByNorm(gradients, clip, null);
  });
  const flats: Tensor[] = [values, halves, sum.total, ...average.averages, ...optimizer.states.values()];
  const results = [];
  for (const tensor of flats) results.push(await tensor.read());
  const [norm] = await clip.read();
  for (const part of [values, gradients, halves, scalars, clip, taken, optimizer, average, sum]) part.free();
  return { values: results, norm };
}

deviceTest("a step over flat buffers gives the same in pieces", async (device) => {
  const whole = await everything(device);
  bindAtMost(device, 128 * 4 * 500);
  const inPieces = await everything(device);
  // SAM divides by a norm, which is summed piece by piece.
  inPieces.values.forEach((values, i) => {
    const worst = values.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - whole.values[i][at])),
      0,
    );
    assert(worst <= 1e-6, `the ${i}th is off by ${worst}`);
  });
  assertAlmostEquals(inPieces.norm / whole.norm, 1, 1e-6);
});
