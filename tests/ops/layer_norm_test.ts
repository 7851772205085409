import { assertThrows } from "@std/assert";
import { empty } from "../../src/core/tensor.ts";
import { layerNorm } from "../../src/ops/layer_norm.ts";
import * as reference from "../reference/layer_norm.ts";
import { gpuTest } from "../rings.ts";
import { noise, opTest, testDevice } from "./op_case.ts";

const eps = 1e-6;

for (const shape of [[3, 7, 5, 36], [5, 12]]) {
  const c = shape.at(-1)!;
  const vector = (name: string) => ({ shape: [c], values: noise([c], name), dtype: "f32" as const });
  opTest(`layerNorm() normalises the channels of each pixel: [${shape}]`, {
    inputs: {
      x: { shape, values: noise(shape, "x").map((value, i) => value + Math.floor(i / c) % 11) },
      weight: vector("weight"),
      bias: vector("bias"),
    },
    run: ({ x, weight, bias }) => layerNorm(x, weight, bias, { eps }),
    reference: ({ x, weight, bias, dy }) => reference.layerNorm(x, weight, bias, dy, eps),
  });
}

gpuTest("layerNorm() names what does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const x = empty(device, [2, 3, 3, 8]), all = empty(device, [8]);
    assertThrows(
      () => layerNorm(x, all, empty(device, [4])),
      TypeError,
      "bias must be [C] = [8], current shape is [4]",
    );
  });
});
