/** The convolution for comparing engines, in PyTorch's layout, and wgrad's own run of it. */
import type { Device } from "../../src/core/device.ts";
import { recordProgram } from "../../src/core/program.ts";
import { withTape } from "../../src/core/tape.ts";
import { type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { imagesToEngine, imagesToTorch, toEngine, toTorch } from "../../src/nn/layout.ts";
import { backward } from "../../src/ops/backward.ts";
import { conv2d } from "../../src/ops/conv2d.ts";
import { noise } from "../check.ts";
import { type Conv, outputSize } from "../convs.ts";
import type { HostTensor, PeerConv, PeerConvCase } from "./peer.ts";

/** Noise for x, w and dy. */
export function torchConv(conv: Conv, batch: number): PeerConvCase {
  const { size, channels, outputs, filter, stride, padding } = conv;
  const make = (shape: number[], offset: number): HostTensor => {
    return { shape, values: noise(shape.reduce((a, b) => a * b), offset) };
  };
  const output = outputSize(conv);
  return {
    x: make([batch, channels, size, size], 0),
    w: make([outputs, channels, filter, filter], 1000),
    dy: make([batch, outputs, output, output], 500_000),
    stride,
    padding,
  };
}

/** wgrad's forward, dgrad and wgrad as one recorded program. */
export async function wgradConv(device: Device, given: PeerConvCase): Promise<PeerConv> {
  const { stride, padding } = given;
  const [n, c, h, w] = given.x.shape, [k, , r, s] = given.w.shape, [, , p, q] = given.dy.shape;
  const image = ({ shape, values }: HostTensor) => imagesToEngine(shape, values);
  const x = tensorOf(device, image(given.x), [n, h, w, c], "f32", "x");
  const filter = tensorOf(
    device,
    toEngine("filter", given.w.shape, given.w.values),
    [r, s, c, k],
    "f32",
    "w",
  );
  const dy = tensorOf(device, image(given.dy), [n, p, q, k], "f32", "dy");
  x.needsGrad = filter.needsGrad = true;
  let last: Tensor[] = [];
  const program = await recordProgram(device, () =>
    last = withTape(device, () => {
      const y = conv2d(x, filter, { stride, padding });
      const gradients = backward(y, dy);
      return [y, gradients.get(x)!, gradients.get(filter)!];
    }));
  return {
    run: () => program.run(),
    wait: () => device.gpu.queue.onSubmittedWorkDone(), // GPU sync point
    async results() {
      program.run();
      const [y, dx, dw] = last;
      return {
        y: imagesToTorch(given.dy.shape, await y.read()), // GPU sync point
        dx: imagesToTorch(given.x.shape, await dx.read()), // GPU sync point
        dw: toTorch("filter", given.w.shape, await dw.read()), // GPU sync point
      };
    },
    free() {
      program.free();
      for (const tensor of [x, filter, dy]) tensor.free();
    },
  };
}
