import { assertEquals, assertThrows } from "@std/assert";
import { backward } from "../../src/ops/backward.ts";
import { withTape } from "../../src/core/tape.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { maxPool2d } from "../../src/ops/max_pool2d.ts";
import { maxPool2d as reference, maxPool2dDx } from "../reference/pool.ts";
import { gpuTest } from "../rings.ts";
import { noise, opTest, testDevice } from "./op_case.ts";

const cases = [
  { n: 3, h: 9, w: 14, c: 20, kernel: 3, stride: 2, padding: 1 }, // the ResNet stem's
  { n: 2, h: 7, w: 5, c: 4, kernel: 2, stride: 2, padding: 0 },
  { n: 1, h: 6, w: 11, c: 8, kernel: 3, stride: 1, padding: 1 },
  { n: 2, h: 8, w: 7, c: 4, kernel: 2, stride: 3, padding: 1 },
  { n: 1, h: 10, w: 9, c: 4, kernel: 5, stride: 2, padding: 2 },
];

for (const pool of cases) {
  const { n, h, w, c, kernel, stride, padding } = pool;
  const shape = [n, h, w, c];
  opTest(`maxPool2d() returns y and dx for kernel ${kernel}, stride ${stride} and padding ${padding}`, {
    inputs: { x: { shape, values: noise(shape, "x") } },
    run: ({ x }) => maxPool2d(x, { kernel, stride, padding }),
    reference: ({ x, dy }) => ({ y: reference(x, pool), dx: maxPool2dDx(x, dy, pool) }),
  });
}

const tied = { n: 2, h: 9, w: 9, c: 8, kernel: 3, stride: 2, padding: 1 };
const tiedShape = [tied.n, tied.h, tied.w, tied.c];
opTest("maxPool2d() gives the gradient to the first of equal values in row order", {
  inputs: { x: { shape: tiedShape, values: noise(tiedShape, "ties").map((value) => Math.round(value)) } },
  run: ({ x }) => maxPool2d(x, { kernel: 3, stride: 2, padding: 1 }),
  reference: ({ x, dy }) => ({ y: reference(x, tied), dx: maxPool2dDx(x, dy, tied) }),
});

gpuTest("maxPool2d() lets NaN win and infinities through", async () => {
  const device = await testDevice();
  await device.scope(async () => {
    // Two windows of 1 x 4 pixels, stride 4: one with a NaN, one of -infinity alone.
    const rows = [[1, NaN, 3, 2], [-Infinity, -Infinity, -Infinity, -Infinity]];
    const values = rows.flatMap((row) =>
      [0, 1, 2, 3].flatMap(() => row.flatMap((value) => [value, 0, 0, 0]))
    );
    const x = tensorOf(device, values, [2, 4, 4, 4]);
    x.needsGrad = true;
    const dy = tensorOf(device, new Array(8).fill(1), [2, 1, 1, 4]);
    const { y, dx } = withTape(device, () => {
      const y = maxPool2d(x, { kernel: 4 });
      return { y, dx: backward(y, dy).get(x)! };
    });
    const maxima = await y.read();
    assertEquals([maxima[0], maxima[4]], [NaN, -Infinity]);
    const gradient = await dx.read();
    assertEquals(gradient.indexOf(1) >= 0, true);
    assertEquals(gradient[(3 * 4 + 1) * 4], 1, "As in PyTorch, the last NaN gets the gradient");
    assertEquals(gradient[16 * 4], 1, "The first -infinity gets the gradient");
  });
});

gpuTest("maxPool2d() says which option or shape does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const x = tensorOf(device, new Array(16).fill(0), [1, 2, 2, 4], "f32", "x");
    const messages = {
      "kernel must be an integer, 1 .. 16, current value is 17": { kernel: 17 },
      "padding must be an integer, 0 .. 1, current value is 2": { kernel: 3, padding: 2 },
      "stride must be an integer, at least 1, current value is 0": { kernel: 3, stride: 0 },
      "x [1, 2, 2, 4] with padding 0 is smaller than the window [3, 3]": { kernel: 3 },
    };
    for (const [message, options] of Object.entries(messages)) {
      assertThrows(() => maxPool2d(x, options), Error, message);
    }
  });
});
