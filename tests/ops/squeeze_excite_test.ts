import { assertThrows } from "@std/assert";
import { empty } from "../../src/core/tensor.ts";
import type { Activation } from "../../src/ops/activate.ts";
import { squeezeExcite } from "../../src/ops/squeeze_excite.ts";
import * as reference from "../reference/squeeze_excite.ts";
import { gpuTest } from "../rings.ts";
import { noise, opTest, testDevice } from "./op_case.ts";

const forms: readonly [activation: Activation, gate: Activation, shape: readonly number[], s: number][] = [
  ["relu", "hardsigmoid", [3, 7, 5, 24], 8],
  ["silu", "sigmoid", [5, 2, 2, 12], 4],
];

for (const [activation, gate, [n, h, w, c], s] of forms) {
  const f32 = (name: string, shape: number[]) => ({
    shape,
    values: noise(shape, name),
    dtype: "f32" as const,
  });
  const matrix = (name: string, shape: number[]) => ({
    shape,
    values: noise(shape, name).map((value) => 2 * value / Math.sqrt(shape[2])),
  });
  const x = [n, h, w, c];
  opTest(`squeezeExcite() of ${activation} and ${gate} agrees with its definition`, {
    inputs: {
      x: { shape: x, values: noise(x, "x").map((value, i) => value + i % c / 9) },
      w1: matrix("w1", [1, 1, c, s]),
      b1: f32("b1", [s]),
      w2: matrix("w2", [1, 1, s, c]),
      b2: f32("b2", [c]),
    },
    run: ({ x, w1, b1, w2, b2 }) =>
      squeezeExcite(x, { squeeze: w1, squeezeBias: b1, excite: w2, exciteBias: b2 }, { activation, gate }),
    roundings: 6, // the mean, what is before and behind the activation, and the same of the gradients
    reference: ({ x, w1, b1, w2, b2, dy }) =>
      reference.squeezeExcite({ x, w1, b1, w2, b2 }, dy, { n, pixels: h * w, c, s, activation, gate }),
  });
}

gpuTest("squeezeExcite() names what does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const x = empty(device, [2, 3, 3, 8]);
    const run = (squeeze: number[], type: "f32" | "f16" = "f32") =>
      squeezeExcite(x, {
        squeeze: empty(device, squeeze, type),
        squeezeBias: empty(device, [4]),
        excite: empty(device, [1, 1, 4, 8]),
        exciteBias: empty(device, [8]),
      }, { activation: "relu", gate: "sigmoid" });
    assertThrows(() => run([1, 1, 8, 8]), TypeError, "squeeze must be [1, 1, C, S] = [1, 1, 8, 4]");
    assertThrows(() => run([1, 1, 8, 4], "f16"), TypeError, "biases f32; squeeze is f16");
  });
});
