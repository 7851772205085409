import { assert, assertEquals, assertThrows } from "@std/assert";
import { empty, type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { withTape } from "../../src/core/tape.ts";
import { backward } from "../../src/ops/backward.ts";
import { batchNorm, type BatchNormOptions } from "../../src/ops/batch_norm.ts";
import { conv2dMeasured } from "../../src/ops/conv2d.ts";
import type { Activation } from "../../src/ops/activate.ts";
import { activate, activateDx } from "../reference/activations.ts";
import * as reference from "../reference/batch_norm.ts";
import * as convolution from "../reference/conv2d.ts";
import { gpuTest } from "../rings.ts";
import { expectClose, noise, opTest, testDevice } from "./op_case.ts";

const eps = 1e-5, momentum = .1;

/** What follows the normalisation. */
type Form = "nothing" | "a sum" | "a ReLU" | "a sum and a ReLU" | "silu" | "hardswish";

/** The activation of a form. */
function activationOf(form: Form): Activation | undefined {
  return form === "nothing" || form === "a sum"
    ? undefined
    : form.endsWith("ReLU")
    ? "relu"
    : form as Activation;
}

/** The parameters of a batch norm of `c` channels. */
function parameters(c: number) {
  const values = {
    weight: noise([c], "weight").map((value) => 1 + .3 * value),
    bias: noise([c], "bias"),
    runningMean: noise([c], "mean"),
    runningVar: noise([c], "var").map((value) => .5 + value * value),
  };
  const f32 = ([name, values]: [string, Float64Array]) =>
    [name, { shape: [c], values, dtype: "f32" as const }] as const;
  return Object.fromEntries(Object.entries(values).map(f32));
}

/** The inputs of a batch norm over [N, H, W, C]; the channels' means grow, so that naive sums of squares fail. */
function inputs(shape: readonly number[], form: Form) {
  const x = noise(shape, "x").map((value, i) => 3 * value + 5 * (i % shape[3]));
  const residual = { residual: { shape, values: noise(shape, "residual") } };
  return { x: { shape, values: x }, ...parameters(shape[3]), ...(form.startsWith("a sum") && residual) };
}

/** Runs the op on named inputs. */
function run(
  { x, weight, bias, runningMean, runningVar, residual }: Readonly<Record<string, Tensor>>,
  options: BatchNormOptions,
): Tensor {
  return batchNorm(x, { weight, bias, runningMean, runningVar }, { eps, momentum, ...options, residual });
}

/** y, every gradient, and in training the new running statistics, in float64. */
function expected(
  { x, dy, residual, ...rest }: Readonly<Record<string, Float64Array>>,
  rows: reference.BatchNormShape,
  training: boolean,
  form: Form,
) {
  const tensors = rest as unknown as reference.BatchNormParameters;
  const train = training ? reference.batchNormTrain(x, tensors, rows, momentum) : undefined;
  const normal = train?.y ?? reference.batchNormEval(x, tensors, rows);
  const sum = normal.map((value, i) => value + (residual?.[i] ?? 0));
  const activation = activationOf(form);
  const masked = activation === undefined ? dy : activateDx(activation, sum, dy);
  const gradients = train
    ? reference.batchNormTrainGradients(x, tensors.weight, masked, rows)
    : reference.batchNormEvalGradients(x, tensors, masked, rows);
  return {
    y: activation === undefined ? sum : activate(activation, sum),
    ...gradients,
    ...(residual && { dresidual: masked }),
    ...(train && { runningMean: train.newRunningMean, runningVar: train.newRunningVar }),
  };
}

const shapes: Readonly<Record<Form, readonly (readonly number[])[]>> = {
  "nothing": [[4, 7, 9, 64], [2, 5, 5, 12], [3, 1, 1, 20], [8, 16, 15, 4]],
  "a sum": [[2, 5, 5, 12]],
  "a ReLU": [[4, 7, 9, 64], [2, 5, 5, 12]],
  "silu": [[2, 5, 5, 12]],
  "hardswish": [[2, 5, 5, 12]],
  "a sum and a ReLU": [[4, 7, 9, 64], [2, 5, 5, 12]],
};

for (const [form, all] of Object.entries(shapes) as [Form, readonly (readonly number[])[]][]) {
  const activation = activationOf(form);
  for (const shape of all) {
    const [n, h, w, channels] = shape, rows = { rows: n * h * w, channels, eps };
    opTest(`batchNorm() in training, with ${form} behind, normalises by the batch: [${shape}]`, {
      inputs: inputs(shape, form),
      slots: form !== "a sum",
      run: (tensors) => run(tensors, { training: true, activation }),
      reference: (values) => expected(values, rows, true, form),
    });
    opTest(`batchNorm() in evaluation, with ${form} behind, uses the running statistics: [${shape}]`, {
      inputs: inputs(shape, form),
      slots: form !== "a sum",
      run: (tensors) => run(tensors, { training: false, activation }),
      reference: (values) => expected(values, rows, false, form),
    });
  }
}

// The convolution's chunks differ in rows: neither its 27 pixels a row nor its 5 images fill the last tile.
const conv = { n: 5, h: 6, w: 27, c: 4, r: 1, s: 1, k: 16, stride: 1, padding: 0 };
opTest("batchNorm() takes the statistics that conv2dMeasured() gives of chunks of several sizes", {
  inputs: {
    image: { shape: [5, 6, 27, 4], values: noise([5, 6, 27, 4], "image").map((value) => value + 3) },
    w: { shape: [1, 1, 4, 16], values: noise([1, 1, 4, 16], "w") },
    ...parameters(16),
  },
  run: ({ image, w, ...tensors }) => {
    const { y, statistics } = conv2dMeasured(image, w);
    return run({ x: y, ...tensors }, { training: true, statistics });
  },
  roundings: 4, // y of the convolution, which is saved, its gradient, and the result
  reference: ({ image, w, ...values }) => {
    const x = convolution.conv2d(image, w, conv);
    const rows = { rows: 5 * 6 * 27, channels: 16, eps };
    const { dx, ...right } = expected({ x, ...values }, rows, true, "nothing");
    return {
      ...right,
      dimage: convolution.conv2dDx(dx, w, conv),
      dw: convolution.conv2dDw(image, dx, conv),
    };
  },
});

gpuTest(
  "batchNorm() gives the same with a convolution's statistics, in whatever chunks, as with its own",
  async () => {
    const device = await testDevice();
    await device.scope(async () => {
      // A single chunk; thousands of them, of 16 rows; and chunks of 1 to 100 rows. Their means have lost a lot.
      const cuts: [number, (chunk: number) => number][] = [[60, () => 60], [2500 * 16, () => 16], [
        5000,
        (chunk) => 1 + chunk * 37 % 100,
      ]];
      for (const [rows, length] of cuts) {
        const c = 8, shape = [1, 1, rows, c];
        const values = Float32Array.from(noise(shape, "x"), (value, i) => value + 10 * (i % c));
        const sizes = [];
        for (let left = rows, chunk = 0; left > 0; left -= sizes.at(-1)!, chunk++) {
          sizes.push(Math.min(left, length(chunk)));
        }
        let first = 0;
        const chunks = sizes.flatMap((size) => {
          const part = Float64Array.from(values.subarray(first * c, (first += size) * c));
          const { mean, variance } = reference.moments(part, { rows: size, channels: c, eps });
          const rounded = mean.map((exact) => Math.round(4 * exact) / 4),
            lost = mean.map((exact, k) => size * (exact - rounded[k]));
          const squares = variance.map((value, k) => size * (value + (mean[k] - rounded[k]) ** 2));
          return [...new Array(c).fill(size), ...rounded, ...lost, ...squares];
        });
        const results = [undefined, tensorOf(device, chunks, [sizes.length, 4, c])].map((statistics) => {
          const all = (value: number) => tensorOf(device, new Array(c).fill(value), [c]);
          const tensors = { weight: all(1), bias: all(0), runningMean: all(0), runningVar: all(0) };
          const y = batchNorm(tensorOf(device, values, shape), tensors, {
            training: true,
            momentum: 1,
            statistics,
          });
          return [y, tensors.runningMean, tensors.runningVar];
        });
        for (const [i, tensor] of results[1].entries()) {
          expectClose(
            `${sizes.length} chunks`,
            tensor.shape,
            await tensor.read(),
            await results[0][i].read(),
            5e-6, // a sum of 2,500 chunks, one by one
          );
        }
      }
    });
  },
);

gpuTest(
  "batchNorm() of many thousands of rows moves the running statistics and gives all gradients",
  async () => {
    const device = await testDevice();
    const shape = [2, 150, 151, 4], rows = { rows: 2 * 150 * 151, channels: 4, eps };
    const single = (name: string) => Float64Array.from(noise(shape, name), Math.fround);
    const values = { x: single("x"), residual: single("residual"), dy: single("dy") };
    const all = (value: number) => new Float64Array(4).fill(value);
    const given = { weight: all(1.5), bias: all(.25), runningMean: all(0), runningVar: all(1) };
    const right = expected({ ...values, ...given }, rows, true, "a sum and a ReLU");
    await device.scope(async () => {
      const tensors = Object.fromEntries(
        Object.entries({ ...values, ...given }).map(([name, value]) => {
          const tensor = tensorOf(device, [...value], value.length === 4 ? [4] : shape, "f32", name);
          return [name, tensor];
        }),
      );
      for (const name of ["x", "residual", "weight", "bias"]) tensors[name].needsGrad = true;
      const grads = withTape(
        device,
        () => backward(run(tensors, { training: true, activation: "relu" }), tensors.dy),
      );
      const results = {
        dx: grads.get(tensors.x)!,
        dresidual: grads.get(tensors.residual)!,
        dweight: grads.get(tensors.weight)!,
        dbias: grads.get(tensors.bias)!,
        runningMean: tensors.runningMean,
        runningVar: tensors.runningVar,
      };
      for (const [name, tensor] of Object.entries(results)) {
        expectClose(name, tensor.shape, await tensor.read(), right[name as keyof typeof right]!, 2e-5);
      }
    });
  },
);

gpuTest("batchNorm() gives no gradient where what goes into the ReLU is zero", async () => {
  const device = await testDevice();
  await device.scope(async () => {
    const all = (value: number, shape = [4]) => {
      return tensorOf(device, new Array(shape.reduce((product, size) => product * size)).fill(value), shape);
    };
    const shape = [2, 2, 2, 4];
    for (const residual of [undefined, all(0, shape), all(-0, shape)]) {
      const x = tensorOf(device, [...noise(shape, "x")], shape);
      x.needsGrad = true;
      const tensors = { weight: all(0), bias: all(0), runningMean: all(0), runningVar: all(1) };
      tensors.bias.needsGrad = true;
      const options = { training: true, activation: "relu", residual } as const;
      const grads = withTape(device, () => backward(batchNorm(x, tensors, options), all(1, shape)));
      assertEquals([...await grads.get(tensors.bias)!.read()], [0, 0, 0, 0]);
    }
  });
});

gpuTest("batchNorm() lets NaN through, and keeps it to its channel", async () => {
  const device = await testDevice();
  const shape = [1, 5, 5, 8];
  await device.scope(async () => {
    const all = (value: number) => tensorOf(device, new Array(8).fill(value), [8]);
    const values = [...noise(shape, "x")];
    values[8 * 7 + 3] = NaN;
    const x = tensorOf(device, values, shape);
    for (const residual of [undefined, tensorOf(device, [...noise(shape, "z")], shape)]) {
      for (const training of [true, false]) {
        const tensors = { weight: all(1), bias: all(0), runningMean: all(0), runningVar: all(1) };
        const y = await batchNorm(x, tensors, { training, activation: "relu", residual }).read();
        y.forEach((value, i) => {
          const isBad = training ? i % 8 === 3 : i === 8 * 7 + 3;
          assertEquals(Number.isNaN(value), isBad, `element ${i} is ${value}`);
        });
      }
    }
  });
});

gpuTest(
  "batchNorm() finds the very mask of its ReLU again in x, in f16 too",
  async () => {
    const device = await testDevice();
    const shape = [4, 9, 9, 16];
    await device.scope(async () => {
      for (const dtype of ["f32", "f16"] as const) {
        const make = (name: string) => tensorOf(device, [...noise(shape, name)], shape, dtype, name);
        const all = (value: number) => tensorOf(device, new Array(16).fill(value), [16]);
        const x = make("x"), w = tensorOf(device, [...noise([1, 1, 16, 16], "w")], [1, 1, 16, 16], dtype);
        x.needsGrad = true;
        const dy = tensorOf(device, new Array(4 * 81 * 16).fill(1), shape, dtype);
        const tensors = { weight: all(1), bias: all(.1), runningMean: all(0), runningVar: all(1) };
        tensors.bias.needsGrad = true;
        const [y, dbias] = withTape(device, () => {
          const measured = conv2dMeasured(x, w);
          const y = batchNorm(measured.y, tensors, {
            training: true,
            statistics: measured.statistics,
            activation: "relu",
          });
          return [y, backward(y, dy).get(tensors.bias)!];
        });
        const positive = (await y.read()).reduce<number[]>(
          (counts, value, i) => (counts[i % 16] += value > 0 ? 1 : 0, counts),
          new Array(16).fill(0),
        );
        assertEquals([...await dbias.read()], positive);
      }
    });
  },
);

gpuTest("batchNorm() names what does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const tensor = () => empty(device, [4]);
    const tensors = { weight: tensor(), bias: tensor(), runningMean: tensor(), runningVar: tensor() };
    const refuse = (shape: number[], options: Partial<BatchNormOptions>, text: string) =>
      assertThrows(
        () => batchNorm(empty(device, shape), tensors, { training: true, ...options }),
        TypeError,
        text,
      );
    refuse(
      [1, 1, 1, 4],
      {},
      "training needs more than one value per channel, x is [1, 1, 1, 4]; use a larger batch or data.drop_last=true",
    );
    const residual = empty(device, [1, 2, 2, 4]), statistics = empty(device, [3, 4, 8]);
    refuse([1, 2, 1, 4], { residual }, "residual [1, 2, 2, 4] must match x [1, 2, 1, 4]");
    refuse(
      [1, 2, 2, 4],
      { residual, activation: "silu" },
      "only a ReLU can follow a sum, current activation is silu",
    );
    refuse(
      [1, 2, 1, 4],
      { statistics },
      "statistics must be [chunks, 4, C] = [3, 4, 4], current shape is [3, 4, 8]",
    );
  });
});

gpuTest("batchNorm() finds means that are far from zero to the last digit", async () => {
  const device = await testDevice();
  const shape = [8, 32, 32, 4], rows = shape[0] * shape[1] * shape[2];
  await device.scope(async () => {
    const values = Float32Array.from(noise(shape, "far"), (value, i) => 3 * value + 300 * (1 + i % 4));
    const tensor = (value: number) => tensorOf(device, new Array(4).fill(value), [4]);
    const identity = tensorOf(device, Array.from({ length: 16 }, (_, i) => i % 5 === 0 ? 1 : 0), [
      1,
      1,
      4,
      4,
    ]);
    const x = tensorOf(device, values, shape);
    for (const measured of [{ y: x }, conv2dMeasured(x, identity)]) {
      const tensors = { weight: tensor(1), bias: tensor(0), runningMean: tensor(0), runningVar: tensor(1) };
      batchNorm(measured.y, tensors, { training: true, momentum: 1, ...measured });
      const means = await tensors.runningMean.read();
      for (const c of [0, 1, 2, 3]) {
        const exact = values.reduce((sum, value, i) => i % 4 === c ? sum + value : sum, 0) / rows;
        assert(Math.abs(means[c] / exact - 1) <= 2 ** -24, `mean ${c} is ${means[c]}, exactly ${exact}`);
      }
    }
  });
});
