import { assert, assertEquals } from "@std/assert";
import { activations } from "../../kernels/lib/activation.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { activate } from "../../src/ops/activate.ts";
import * as reference from "../reference/activations.ts";
import { gpuTest } from "../rings.ts";
import { noise, opTest, testDevice } from "./op_case.ts";

const shape = [3, 5, 7, 4];

for (const kind of activations) {
  opTest(`activate() as ${kind}, and its dx, agree with their definitions`, {
    inputs: { x: { shape, values: noise(shape, "x").map((value) => 4 * value) } },
    run: ({ x }) => activate(x, kind),
    reference: ({ x, dy }) => ({
      y: reference.activate(kind, x),
      dx: reference.activateDx(kind, x, dy),
    }),
  });
}

gpuTest("activate() lets NaN through, and stays finite far from zero", async () => {
  const device = await testDevice();
  await device.scope(async () => {
    for (const kind of activations) {
      const [nan, low, high, zero] = await activate(tensorOf(device, [NaN, -300, 300, 0], [4]), kind).read();
      const [first, last] = kind.endsWith("sigmoid") ? [0, 1] : [0, 300];
      assert(Number.isNaN(nan), `${kind} of NaN is ${nan}`);
      assertEquals([Math.abs(low), high], [first, last], kind);
      assertEquals(zero, kind.endsWith("sigmoid") ? .5 : 0);
    }
  });
});
