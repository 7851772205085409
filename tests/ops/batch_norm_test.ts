import { assert, assertThrows } from "@std/assert";
import { empty, tensorOf } from "../../src/core/tensor.ts";
import { batchNorm } from "../../src/ops/batch_norm.ts";
import * as reference from "../reference/batch_norm.ts";
import { gpuTest } from "../rings.ts";
import { noise, opTest, testDevice } from "./op_case.ts";

const eps = 1e-5, momentum = .1;

/** The inputs of a batch norm over [N, H, W, C]; the channels' means grow, so that naive sums of squares fail. */
function inputs([n, h, w, c]: readonly number[]) {
  const f32 = (name: string, values: Float64Array) => [name, { shape: [c], values, dtype: "f32" as const }];
  const x = noise([n, h, w, c], "x").map((value, i) => 3 * value + 5 * (i % c));
  return {
    x: { shape: [n, h, w, c], values: x },
    ...Object.fromEntries([
      f32("weight", noise([c], "weight").map((value) => 1 + .3 * value)),
      f32("bias", noise([c], "bias")),
      f32("runningMean", noise([c], "mean")),
      f32("runningVar", noise([c], "var").map((value) => .5 + value * value)),
    ]),
  };
}

for (const shape of [[4, 7, 9, 64], [2, 5, 5, 12], [3, 1, 1, 20], [8, 16, 15, 4]]) {
  const [n, h, w, channels] = shape;
  const rows = { rows: n * h * w, channels, eps };

  opTest(`batchNorm() in training normalises by the batch and moves the running statistics: [${shape}]`, {
    inputs: inputs(shape),
    run: ({ x, weight, bias, runningMean, runningVar }) =>
      batchNorm(x, { weight, bias, runningMean, runningVar }, { training: true, eps, momentum }),
    reference: ({ x, dy, ...parameters }) => {
      const tensors = parameters as unknown as reference.BatchNormParameters;
      const forward = reference.batchNormTrain(x, tensors, rows, momentum);
      return {
        y: forward.y,
        runningMean: forward.newRunningMean,
        runningVar: forward.newRunningVar,
        ...reference.batchNormTrainGradients(x, tensors.weight, dy, rows),
      };
    },
  });

  opTest(`batchNorm() in evaluation normalises by the running statistics: [${shape}]`, {
    inputs: inputs(shape),
    run: ({ x, weight, bias, runningMean, runningVar }) =>
      batchNorm(x, { weight, bias, runningMean, runningVar }, { training: false, eps }),
    reference: ({ x, dy, ...parameters }) => {
      const tensors = parameters as unknown as reference.BatchNormParameters;
      return {
        y: reference.batchNormEval(x, tensors, rows),
        ...reference.batchNormEvalGradients(x, tensors, dy, rows),
      };
    },
  });
}

gpuTest("batchNorm() refuses to train on one value a channel", async () => {
  const device = await testDevice();
  device.scope(() => {
    const tensor = () => empty(device, [4]);
    const tensors = { weight: tensor(), bias: tensor(), runningMean: tensor(), runningVar: tensor() };
    assertThrows(
      () => batchNorm(empty(device, [1, 1, 1, 4]), tensors, { training: true }),
      TypeError,
      "training needs more than one value a channel: x is [1, 1, 1, 4], use a larger batch or data.drop_last=true",
    );
  });
});

gpuTest("batchNorm() finds means that are far from zero to the last digit", async () => {
  const device = await testDevice();
  const shape = [8, 32, 32, 4], rows = shape[0] * shape[1] * shape[2];
  await device.scope(async () => {
    const values = Float32Array.from(noise(shape, "far"), (value, i) => 3 * value + 300 * (1 + i % 4));
    const tensor = (value: number) => tensorOf(device, new Array(4).fill(value), [4]);
    const tensors = { weight: tensor(1), bias: tensor(0), runningMean: tensor(0), runningVar: tensor(1) };
    batchNorm(tensorOf(device, values, shape), tensors, { training: true, momentum: 1 });
    const means = await tensors.runningMean.read();
    for (const c of [0, 1, 2, 3]) {
      const exact = values.reduce((sum, value, i) => i % 4 === c ? sum + value : sum, 0) / rows;
      assert(Math.abs(means[c] / exact - 1) <= 2 ** -24, `mean ${c} is ${means[c]}, exactly ${exact}`);
    }
  });
});
