import { assertEquals, assertStrictEquals } from "@std/assert";
import { tensorOf } from "../../src/core/tensor.ts";
import { cast } from "../../src/ops/cast.ts";
import { gpuTest } from "../rings.ts";
import { noise, opTest, testDevice } from "./op_case.ts";

const shape = [3, 5, 7, 4];
for (const [from, to] of [["f32", "f16"], ["f16", "f32"]] as const) {
  opTest(`cast() turns ${from} into ${to}, and the gradient back`, {
    inputs: { x: { shape, values: noise(shape, "x"), dtype: from } },
    types: ["f16"],
    run: ({ x }) => cast(x, to),
    reference: ({ x, dy }) => ({ y: x, dx: dy }),
  });
}

gpuTest("cast() makes infinity of what f16 cannot hold, and keeps tensors that have the type", async () => {
  const device = await testDevice();
  await device.scope(async () => {
    const values = [65504, -65504, 65600, -1e9, Infinity, -Infinity, 6e-8, -0.1];
    const x = tensorOf(device, values, [8]);
    assertEquals([...await cast(x, "f16").read()], values.map(Math.f16round));
    const bad = tensorOf(device, [NaN, 1, NaN, -3], [4]);
    assertEquals([...await cast(bad, "f16").read()], [NaN, 1, NaN, -3]);
    assertStrictEquals(cast(x, "f32"), x);
  });
});
