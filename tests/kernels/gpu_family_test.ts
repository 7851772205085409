/** Convolution and linear layer by the kernels for GPUs, on whatever adapter: as on a device that says it is a GPU. */
import { withTape } from "../../src/core/tape.ts";
import { type Device, openDevice } from "../../src/core/device.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { openGpu } from "../../src/host/deno_gpu.ts";
import { backward } from "../../src/ops/backward.ts";
import { conv2d } from "../../src/ops/conv2d.ts";
import { linear } from "../../src/ops/linear.ts";
import { shapesOf, stored } from "./conv_case.ts";
import * as reference from "../reference/conv2d.ts";
import { gpuTest } from "../rings.ts";
import { expectClose, tolerance } from "../ops/op_case.ts";

async function onGpu(body: (device: Device) => Promise<void>): Promise<void> {
  const device = await openDevice(await openGpu());
  Object.defineProperty(device, "adapter", { value: { vendor: "", architecture: "", description: "a GPU" } });
  await device.scope(() => body(device));
  device.close();
}

/** Channels of x and y, and groups: the last are narrow, and computed in registers. */
const cases = [
  ["f32", 1, 12, 20, 1],
  ["f16", 2, 12, 20, 1],
  ["f32", 2, 40, 72, 2],
  ["f16", 1, 12, 24, 3],
] as const;

for (const [type, stride, c, k, groups] of cases) {
  gpuTest(
    `conv2d() by the kernels for GPUs returns y, dx and dw with stride ${stride} and ${groups} groups in ${type}`,
    () =>
      onGpu(async (device) => {
        const shape = { n: 3, h: 9, w: 7, c, r: 3, s: 3, k, stride, padding: 1, groups };
        const shapes = shapesOf(shape);
        const [x, w, dy] = [
          stored(type, shapes.x, "x"),
          stored(type, shapes.w, "w"),
          stored(type, shapes.y, "dy"),
        ];
        const image = tensorOf(device, [...x], shapes.x, type),
          filter = tensorOf(device, [...w], shapes.w, type);
        image.needsGrad = filter.needsGrad = true;
        const gradient = tensorOf(device, [...dy], shapes.y, type);
        const { y, gradients } = withTape(device, () => {
          const y = conv2d(image, filter, { stride, padding: 1, groups });
          return { y, gradients: backward(y, gradient) };
        });
        expectClose("y", shapes.y, await y.read(), reference.conv2d(x, w, shape), tolerance(type));
        const dx = await gradients.get(image)!.read(), dw = await gradients.get(filter)!.read();
        expectClose("dx", shapes.x, dx, reference.conv2dDx(dy, w, shape), tolerance(type));
        expectClose("dw", shapes.w, dw, reference.conv2dDw(x, dy, shape), tolerance(type));
      }),
  );
}

gpuTest("linear() by the kernels for GPUs returns y and dx", () =>
  onGpu(async (device) => {
    const [n, c, k] = [5, 12, 20];
    const [x, w, b, dy] = [[n, c], [c, k], [k], [n, k]].map((shape, i) => stored("f32", shape, `${i}`));
    const input = tensorOf(device, [...x], [n, c]), weight = tensorOf(device, [...w], [c, k]);
    input.needsGrad = true;
    const gradient = tensorOf(device, [...dy], [n, k]);
    const { y, gradients } = withTape(device, () => {
      const y = linear(input, weight, tensorOf(device, [...b], [k]));
      return { y, gradients: backward(y, gradient) };
    });
    const sum = (count: number, term: (i: number) => number) =>
      Array.from({ length: count }, (_, i) => term(i)).reduce((total, value) => total + value, 0);
    const exact = Float64Array.from({ length: n * k }, (_, i) =>
      b[i % k] + sum(c, (j) => x[Math.floor(i / k) * c + j] * w[j * k + i % k]));
    const exactDx = Float64Array.from({ length: n * c }, (_, i) =>
      sum(k, (j) =>
        dy[Math.floor(i / c) * k + j] * w[i % c * k + j]));
    expectClose("y", [n, k], await y.read(), exact, tolerance("f32"));
    expectClose("dx", [n, c], await gradients.get(input)!.read(), exactDx, tolerance("f32"));
  }));
