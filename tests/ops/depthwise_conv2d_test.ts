import type { ElementType } from "../../kernels/lib/source.ts";
import { assertThrows } from "@std/assert";
import { empty, tensorOf } from "../../src/core/tensor.ts";
import { batchNorm } from "../../src/ops/batch_norm.ts";
import { depthwiseConv2d, depthwiseConv2dMeasured } from "../../src/ops/depthwise_conv2d.ts";
import * as reference from "../reference/depthwise_conv2d.ts";
import { gpuTest } from "../rings.ts";
import { expectClose, noise, opTest, testDevice } from "./op_case.ts";

interface Case extends Omit<reference.DepthwiseShape, "s"> {
  /** Types differ in how kernels load and store, not in which pixels and taps they meet; by default both. */
  readonly types?: readonly ElementType[];
}

/** The shapes by what they are about; no tile divides their images. */
const shapes: Readonly<Record<string, Case>> = {
  "3x3": { n: 2, h: 9, w: 11, c: 20, r: 3, stride: 1, padding: 1 },
  "3x3 with stride 2": { n: 3, h: 11, w: 10, c: 12, r: 3, stride: 2, padding: 1, types: ["f32"] },
  "5x5": { n: 2, h: 7, w: 9, c: 8, r: 5, stride: 1, padding: 2, types: ["f32"] },
  "5x5 with stride 2": { n: 2, h: 9, w: 14, c: 24, r: 5, stride: 2, padding: 2 },
  "7x7": { n: 1, h: 10, w: 9, c: 12, r: 7, stride: 1, padding: 3, types: ["f32"] },
  "a filter larger than its image": { n: 3, h: 2, w: 1, c: 4, r: 5, stride: 1, padding: 2, types: ["f32"] },
  "an even filter with stride 3 and no padding": {
    ...{ n: 1, h: 9, w: 8, c: 4, r: 2, stride: 3, padding: 0 },
    types: ["f16"],
  },
};

for (const [name, given] of Object.entries(shapes)) {
  const { types, ...sizes } = given,
    shape = { ...sizes, s: sizes.r },
    { n, h, w, c, r, s, stride, padding } = shape;
  const x = [n, h, w, c], filter = [r, s, 1, c];
  opTest(`depthwiseConv2d() of ${name} agrees with its definition`, {
    inputs: {
      x: { shape: x, values: noise(x, "x") },
      w: { shape: filter, values: noise(filter, "w").map((value) => value / r) },
    },
    run: (inputs) => depthwiseConv2d(inputs.x, inputs.w, { stride, padding }),
    reference: (values) => ({
      y: reference.depthwiseConv2d(values.x, values.w, shape),
      dx: reference.depthwiseConv2dDx(values.dy, values.w, shape),
      dw: reference.depthwiseConv2dDw(values.x, values.dy, shape),
    }),
    ...(types && { types }),
  });
}

opTest("depthwiseConv2d() adds a bias", {
  inputs: {
    x: { shape: [2, 5, 5, 8], values: noise([2, 5, 5, 8], "x") },
    w: { shape: [3, 3, 1, 8], values: noise([3, 3, 1, 8], "w") },
    bias: { shape: [8], values: noise([8], "bias"), dtype: "f32" },
  },
  run: ({ x, w, bias }) => depthwiseConv2d(x, w, { padding: 1 }, bias),
  reference({ x, w, bias, dy }) {
    const shape = { n: 2, h: 5, w: 5, c: 8, r: 3, s: 3, stride: 1, padding: 1 };
    return {
      y: reference.depthwiseConv2d(x, w, shape).map((value, i) => value + bias[i % 8]),
      dx: reference.depthwiseConv2dDx(dy, w, shape),
      dw: reference.depthwiseConv2dDw(x, dy, shape),
      dbias: bias.map((_, c) => dy.reduce((sum, value, i) => i % 8 === c ? sum + value : sum, 0)),
    };
  },
  types: ["f32"],
});

gpuTest("depthwiseConv2dMeasured() gives a batch norm the statistics of y", async () => {
  const device = await testDevice();
  await device.scope(async () => {
    for (const [r, stride] of [[3, 1], [5, 2]]) {
      const x = tensorOf(device, noise([2, 9, 10, 8], "x").map((value) => value + 3) as never, [2, 9, 10, 8]);
      const w = tensorOf(device, [...noise([r, r, 1, 8], "w")], [r, r, 1, 8]);
      const { y, statistics } = depthwiseConv2dMeasured(x, w, { stride, padding: (r - 1) / 2 });
      const normed = [statistics, undefined].map((given) => {
        const all = (value: number) => tensorOf(device, new Array(8).fill(value), [8]);
        const tensors = { weight: all(1), bias: all(0), runningMean: all(0), runningVar: all(0) };
        batchNorm(y, tensors, { training: true, momentum: 1, statistics: given });
        return tensors;
      });
      for (const part of ["runningMean", "runningVar"] as const) {
        const [measured, own] = normed.map((tensors) => tensors[part]);
        expectClose(`${part} of ${r}x${r}`, [8], await measured.read(), await own.read(), 1e-6);
      }
    }
  });
});

gpuTest("depthwiseConv2d() names the shapes that do not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const x = empty(device, [2, 8, 8, 64]);
    const wrong = (shape: readonly number[], text: string) =>
      assertThrows(() => depthwiseConv2d(x, empty(device, shape)), TypeError, text);
    wrong([3, 3, 1, 32], "weight must be [R, S, 1, C] = [3, 3, 1, 64], current shape is [3, 3, 1, 32]");
    wrong(
      [9, 9, 1, 64],
      "x [2, 8, 8, 64] with padding 0 is smaller than weight [9, 9, 1, 64]; use larger images",
    );
    assertThrows(
      () => depthwiseConv2d(x, empty(device, [3, 3, 1, 64], "f16")),
      TypeError,
      "weight must be f32 like x, current type is f16",
    );
  });
});
