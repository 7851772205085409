import { assertThrows } from "@std/assert";
import { empty } from "../../src/core/tensor.ts";
import { layerScale } from "../../src/ops/layer_scale.ts";
import { gpuTest } from "../rings.ts";
import { noise, opTest, testDevice } from "./op_case.ts";

const shape = [3, 7, 5, 12];
const scale = { shape: [12], values: noise([12], "scale"), dtype: "f32" as const };

/** dscale: the sum of dy * x over the pixels. */
function dscale(x: Float64Array, dy: Float64Array): Float64Array {
  const sums = new Float64Array(12);
  x.forEach((value, i) => sums[i % 12] += value * dy[i]);
  return sums;
}

opTest("layerScale() multiplies each channel by its factor", {
  inputs: { x: { shape, values: noise(shape, "x") }, scale },
  run: ({ x, scale }) => layerScale(x, scale),
  reference: ({ x, scale, dy }) => ({
    y: x.map((value, i) => value * scale[i % 12]),
    dx: dy.map((value, i) => value * scale[i % 12]),
    dscale: dscale(x, dy),
  }),
});

opTest("layerScale() adds what the block read", {
  inputs: { x: { shape, values: noise(shape, "x") }, scale, z: { shape, values: noise(shape, "z") } },
  slots: false,
  run: ({ x, scale, z }) => layerScale(x, scale, z),
  reference: ({ x, scale, z, dy }) => ({
    y: x.map((value, i) => value * scale[i % 12] + z[i]),
    dx: dy.map((value, i) => value * scale[i % 12]),
    dscale: dscale(x, dy),
    dz: dy,
  }),
});

gpuTest("layerScale() names what does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const x = empty(device, [2, 3, 3, 8]);
    assertThrows(() => layerScale(x, empty(device, [4])), TypeError, "scale must be [C] = [8]");
  });
});
