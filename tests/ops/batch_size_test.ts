import { assert, assertEquals } from "@std/assert";
import type { Device } from "../../src/core/device.ts";
import { withTape } from "../../src/core/tape.ts";
import { type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { backward } from "../../src/ops/backward.ts";
import { batchNorm } from "../../src/ops/batch_norm.ts";
import { conv2d, conv2dMeasured } from "../../src/ops/conv2d.ts";
import { crossEntropy, crossEntropyRows } from "../../src/ops/cross_entropy.ts";
import { focal } from "../../src/ops/focal.ts";
import { focalMean } from "../../src/ops/focal_mean.ts";
import { globalAvgPool } from "../../src/ops/global_avg_pool.ts";
import { linear } from "../../src/ops/linear.ts";
import { maxPool2d } from "../../src/ops/max_pool2d.ts";
import { mixTargets } from "../../src/ops/mix_targets.ts";
import { relu } from "../../src/ops/relu.ts";
import { tally } from "../../src/ops/tally.ts";
import { gpuTest } from "../rings.ts";
import { noise, testDevice } from "./op_case.ts";

/** A small network that uses every op, forward and backward, on a batch of `n`. */
function step(device: Device, n: number): void {
  const make = (shape: number[], needsGrad = true): Tensor => {
    const tensor = tensorOf(device, Array.from(noise(shape)), shape);
    tensor.needsGrad = needsGrad;
    return tensor;
  };
  withTape(device, () => {
    const x = make([n, 9, 9, 4]), labels = tensorOf(device, new Array(n).fill(1), [n], "u32");
    const statistics = { runningMean: make([8], false), runningVar: make([8], false) };
    const scale = { weight: make([8]), bias: make([8]), ...statistics };
    const normed = (conv: { y: Tensor; statistics?: Tensor }, residual?: Tensor) =>
      batchNorm(conv.y, scale, { training: true, statistics: conv.statistics, activation: "relu", residual });
    const stem = normed({ y: conv2d(x, make([3, 3, 4, 8]), { padding: 1 }) });
    const pooled = maxPool2d(stem, { kernel: 3, stride: 2, padding: 1 });
    const features = globalAvgPool(relu(normed(conv2dMeasured(pooled, make([1, 1, 8, 8])), pooled)));
    const logits = linear(features, make([8, 4]), make([4]));
    const shares = tensorOf(device, new Array(n).fill(.3), [n]);
    const pairs = { first: labels, second: labels, shares }, one = make([1], false);
    for (const target of [{ kind: "indices", values: labels } as const, mixTargets(pairs, 3)]) {
      const loss = crossEntropy(logits, target, { classes: 3 });
      backward(loss, one);
      backward(focal(logits, target, { classes: 3, gamma: 2 }), one);
      const costs = crossEntropyRows(logits, target, { classes: 3 });
      backward(focalMean(costs, target, { classes: 3, gamma: 2 }), one);
      const results = make([2, 4], false), scalars = make([1], false);
      tally({ logits, target, loss, results, scalars }, { classes: 3, slot: 0 });
    }
  });
}

gpuTest("no op compiles another pipeline for another batch size", async () => {
  const device = await testDevice();
  const compile = device.gpu.createComputePipeline.bind(device.gpu);
  let pipelines: (string | undefined)[] = [];
  device.gpu.createComputePipeline = (descriptor) => {
    pipelines.push(descriptor.label);
    return compile(descriptor);
  };
  device.scope(() => step(device, 60)); // so many that its sums are split, as those of the other sizes
  // In the page, tests before this one have compiled what layers of all widths share.
  assert(pipelines.length > 15, `The network of all ops compiled only ${pipelines.join(", ")}`);
  pipelines = [];
  for (const n of [61, 80]) device.scope(() => step(device, n));
  assertEquals(pipelines, []);
  await device.settled();
});
