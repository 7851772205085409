import { assert, assertThrows } from "@std/assert";
import { empty, tensorOf } from "../../src/core/tensor.ts";
import { conv2d } from "../../src/ops/conv2d.ts";
import * as reference from "../reference/conv2d.ts";
import { gpuTest } from "../rings.ts";
import { convTest, drawnConvTests } from "./conv2d_case.ts";
import { noise, opTest, testDevice } from "./op_case.ts";

convTest("conv2d() of a 3x3 filter agrees with its definition", {
  n: 2,
  h: 9,
  w: 11,
  c: 20,
  r: 3,
  s: 3,
  k: 36,
  stride: 1,
  padding: 1,
});
convTest("conv2d() returns dx for stride 2", {
  n: 3,
  h: 15,
  w: 12,
  c: 8,
  r: 3,
  s: 3,
  k: 12,
  stride: 2,
  padding: 1,
});
convTest("conv2d() returns dx for a 1x1 filter that skips pixels", {
  n: 2,
  h: 7,
  w: 8,
  c: 16,
  r: 1,
  s: 1,
  k: 24,
  stride: 2,
  padding: 0,
});
convTest("conv2d() of the 7x7 stem agrees with its definition", {
  n: 2,
  h: 17,
  w: 19,
  c: 4,
  r: 7,
  s: 7,
  k: 64,
  stride: 2,
  padding: 3,
});
convTest("conv2d() takes a stride of 3 and a padding of 2", {
  n: 1,
  h: 10,
  w: 7,
  c: 4,
  r: 5,
  s: 5,
  k: 8,
  stride: 3,
  padding: 2,
}, ["f16"]);
convTest("conv2d() takes a stride wider than its filter and its image", {
  n: 2,
  h: 5,
  w: 2,
  c: 4,
  r: 2,
  s: 2,
  k: 4,
  stride: 3,
  padding: 0,
}, ["f32"]);
convTest("conv2d() splits a long sum over pixels", {
  n: 4,
  h: 23,
  w: 21,
  c: 4,
  r: 3,
  s: 3,
  k: 4,
  stride: 1,
  padding: 1,
});

convTest("conv2d() of an image of one pixel meets the filter's centre alone", {
  n: 9,
  h: 1,
  w: 1,
  c: 12,
  r: 3,
  s: 3,
  k: 20,
  stride: 1,
  padding: 1,
}, ["f16"]);
convTest("conv2d() leaves out taps that only meet padding, on either side and with a stride", {
  n: 3,
  h: 2,
  w: 3,
  c: 4,
  r: 5,
  s: 7,
  k: 8,
  stride: 2,
  padding: 3,
}, ["f32"]);

convTest("conv2d() of groups agrees with its definition", {
  n: 3,
  h: 9,
  w: 11,
  c: 24,
  r: 3,
  s: 3,
  k: 36,
  stride: 1,
  padding: 1,
  groups: 3,
});
convTest("conv2d() of groups of four channels skips pixels", {
  n: 5,
  h: 7,
  w: 12,
  c: 20,
  r: 3,
  s: 3,
  k: 20,
  stride: 2,
  padding: 1,
  groups: 5,
}, ["f32"]);
convTest("conv2d() of groups takes a 1x1 filter", {
  n: 2,
  h: 5,
  w: 3,
  c: 32,
  r: 1,
  s: 1,
  k: 144,
  stride: 1,
  padding: 0,
  groups: 2,
}, ["f16"]);

{
  const shape = { n: 2, h: 17, w: 18, c: 4, r: 1, s: 1, k: 12, stride: 1, padding: 0 };
  const x = [2, 17, 18, 4], w = [1, 1, 4, 12];
  opTest("conv2d() adds a bias, whose gradient is the sum over the pixels", {
    inputs: {
      x: { shape: x, values: noise(x, "x") },
      w: { shape: w, values: noise(w, "w") },
      bias: { shape: [12], values: noise([12], "bias"), dtype: "f32" },
    },
    run: ({ x, w, bias }) => conv2d(x, w, {}, bias),
    reference: ({ x, w, bias, dy }) => ({
      y: reference.conv2d(x, w, shape).map((value, i) => value + bias[i % 12]),
      dx: reference.conv2dDx(dy, w, shape),
      dw: reference.conv2dDw(x, dy, shape),
      dbias: bias.map((_, k) => dy.reduce((sum, value, i) => i % 12 === k ? sum + value : sum, 0)),
    }),
    types: ["f32"],
  });
}

drawnConvTests(2, 7);

gpuTest("conv2d() of long sums loses no more digits than PyTorch does", async () => {
  const device = await testDevice();
  const shape = { n: 1, h: 6, w: 6, c: 512, r: 3, s: 3, k: 16, stride: 1, padding: 0 };
  const single = (values: Float64Array) => Float64Array.from(values, Math.fround);
  const x = single(noise([1, 6, 6, 512], "x")), w = single(noise([3, 3, 512, 16], "w"));
  const expected = reference.conv2d(x, w, shape);
  await device.scope(async () => {
    const y = conv2d(tensorOf(device, [...x], [1, 6, 6, 512]), tensorOf(device, [...w], [3, 3, 512, 16]));
    const actual = await y.read();
    const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
    const error = Math.sqrt(squares(expected.map((value, i) => actual[i] - value)) / squares(expected));
    assert(error <= 4e-7, `the root mean square error of 4608 products is ${error}`); // 2^-24 is 6e-8
  });
});

gpuTest("conv2d() names the shapes that do not fit, and the cure", async () => {
  const device = await testDevice();
  device.scope(() => {
    const x = empty(device, [2, 8, 8, 64]);
    const wrong = (w: readonly number[], text: string) =>
      assertThrows(() => conv2d(x, empty(device, w)), TypeError, text);
    wrong(
      [3, 3, 32, 128],
      "weight must have 64 input channels to match x [2, 8, 8, 64], current weight is [3, 3, 32, 128]",
    );
    wrong([3, 3, 64, 30], "must have the axes [R, S, C, K], K a multiple of 4");
    wrong(
      [9, 9, 64, 8],
      "x [2, 8, 8, 64] with padding 0 is smaller than weight [9, 9, 64, 8]; use larger images",
    );
    assertThrows(
      () => conv2d(x, empty(device, [3, 3, 64, 128]), { groups: 4 }),
      TypeError,
      "weight must have 16 input channels in each of 4 groups to match x [2, 8, 8, 64], current weight is [3, 3, 64, 128]",
    );
    assertThrows(
      () => conv2d(x, empty(device, [3, 3, 2, 64]), { groups: 32 }),
      TypeError,
      "each of 32 groups must have a multiple of 4 channels of x [2, 8, 8, 64] and of weight [3, 3, 2, 64]",
    );
    assertThrows(
      () => conv2d(empty(device, [2, 8, 8, 6]), x),
      TypeError,
      "must have a multiple of 4 channels",
    );
  });
});
