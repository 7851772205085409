/**
 * Cases for timing and checking the memory-bound kernels. The bytes counted are the minimum that the op needs: each
 * input read and each output written once, except for batch norm, whose sums need all of x (of x and dy) before the
 * first y (dx), unless a convolution has measured x.
 */
import { elements, formatShape } from "../src/base/shape.ts";
import type { Device } from "../src/core/device.ts";
import { bytesPerElement, type DType, type Tensor, tensorOf } from "../src/core/tensor.ts";
import { batchNorm } from "../src/ops/batch_norm.ts";
import { conv2dMeasured } from "../src/ops/conv2d.ts";
import { globalAvgPool } from "../src/ops/global_avg_pool.ts";
import { maxPool2d } from "../src/ops/max_pool2d.ts";
import { relu } from "../src/ops/relu.ts";
import { batchNormTrain, batchNormTrainGradients } from "../tests/reference/batch_norm.ts";
import { globalAvgPool as naiveMean, maxPool2d as naiveMax, maxPool2dDx } from "../tests/reference/pool.ts";
import { noise, requireClose, samples, tolerance } from "./check.ts";
import { depthwiseWorks, layerNormWorks, squeezeExciteWorks } from "./mobile_cases.ts";
import type { MakeOperand, Operand, OpWork, Works } from "./op_work.ts";
import { recordBackward, type Recorded, recordForward } from "./recorded.ts";

/** An op on its tensors. */
export interface MemoryCase {
  readonly name: string;
  /** The tensor that the op processes. */
  readonly tensor: string;
  /** Which bytes count, in words, and their number. */
  readonly counted: string;
  readonly bytes: number;
  record(): Promise<Recorded>;
  /** @throws GpuError if a result is wrong */
  check(recorded: Recorded): Promise<void>;
}

/** A case that takes no memory before it is built. */
export interface CaseMaker {
  readonly name: string;
  build(): MemoryCase;
}

/** The cases of images [N, H, W, C]. */
export function opCases(device: Device, shape: readonly number[], dtype: DType): CaseMaker[] {
  const operand = (offset: number, of = shape): Operand => {
    const values = noise(elements(of), offset, dtype);
    return { values, tensor: tensorOf(device, values, of, dtype, "operand") };
  };
  const made = (name: string, work: () => OpWork): CaseMaker => ({
    name,
    build: () => {
      const { counted, traffic, ...rest } = work();
      const bytes = traffic * elements(shape) * bytesPerElement(dtype);
      const tensor = formatShape(shape);
      return { name, tensor, counted, bytes, ...runs(device, name, rest, dtype) };
    },
  });
  const works = {
    ...normWorks(operand, shape, device),
    ...reluWorks(operand),
    ...poolWorks(operand, shape),
    ...depthwiseWorks(operand, shape),
    ...squeezeExciteWorks(operand, shape),
    ...layerNormWorks(operand, shape, device),
  };
  return Object.entries(works).map(([name, work]) => made(name, work));
}

function runs(
  device: Device,
  name: string,
  { forward, graded = [], dy, expected, terms = 1 }: Omit<OpWork, "counted" | "traffic">,
  dtype: DType,
): Pick<MemoryCase, "record" | "check"> {
  return {
    async record() {
      for (const tensor of graded) tensor.needsGrad = true;
      return dy ? await recordBackward(device, graded, forward, dy) : await recordForward(device, forward);
    },
    async check({ program, results }) {
      program.run();
      const values: Float32Array[] = [];
      for (const result of results) values.push(await result.read()); // GPU sync point
      for (const [actual, right] of expected(values)) {
        requireClose(name, actual, right, tolerance(dtype, terms));
      }
    },
  };
}

/** A form of batch norm in training, the counted bytes forward and backward, and their multiple of x. */
interface NormForm {
  readonly name: string;
  readonly forward: readonly [counted: string, traffic: number];
  readonly backward: readonly [counted: string, traffic: number];
  /** Whether the statistics are already known, as after a convolution. */
  readonly measured?: boolean;
  readonly relu?: boolean;
  readonly add?: boolean;
}

const NORM_FORMS: readonly NormForm[] = [
  { name: "batch norm", forward: ["x twice, y", 3], backward: ["x and dy twice, dx", 5] },
  {
    name: "norm, relu",
    forward: ["x, y", 2],
    backward: ["x and dy twice, dx", 5],
    measured: true,
    relu: true,
  },
  {
    name: "norm, add, relu",
    forward: ["x, z, y", 3],
    backward: ["x and dz twice, y, dy, dx", 7],
    measured: true,
    relu: true,
    add: true,
  },
];

/** Batch norm in training; one channel is checked, over all its pixels. */
function normWorks(operand: MakeOperand, shape: readonly number[], device: Device): Works {
  const channels = shape[3], rows = elements(shape) / channels, channel = 5;
  const vector = (value: number) =>
    tensorOf(device, new Array(channels).fill(value), [channels], "f32", "vector");
  const one = { rows, channels: 1, eps: 1e-5 };
  const column = (values: Float32Array) =>
    Float64Array.from({ length: rows }, (_, row) => values[row * channels + channel]);
  const identity = Array.from({ length: channels ** 2 }, (_, i) => i % (channels + 1) === 0 ? 1 : 0);
  /** x after an identity convolution. */
  const behindConv = (x: Tensor) => {
    const filter = tensorOf(device, identity, [1, 1, channels, channels], x.dtype, "identity");
    return conv2dMeasured(x, filter);
  };
  const work = ({ measured, relu = false, add }: NormForm) => {
    const given = operand(0), z = add ? operand(250_000) : undefined;
    const tensors = { weight: vector(1.5), bias: vector(.5), runningMean: vector(0), runningVar: vector(1) };
    const { y: x, statistics } = measured ? behindConv(given.tensor) : { y: given.tensor };
    const forward = () => {
      const activation = relu ? "relu" : undefined;
      return batchNorm(x, tensors, { training: true, statistics, activation, residual: z?.tensor });
    };
    const parameters = {
      weight: Float64Array.of(1.5),
      bias: Float64Array.of(.5),
      runningMean: Float64Array.of(0),
      runningVar: Float64Array.of(1),
    };
    const added = z && column(z.values), naive = batchNormTrain(column(given.values), parameters, one, .1).y;
    const y = naive.map((value, i) => value + (added?.[i] ?? 0));
    const graded = [x, tensors.weight, tensors.bias, ...(z ? [z.tensor] : [])];
    return {
      x: column(given.values),
      forward,
      graded,
      terms: rows,
      y: relu ? y.map((value) => Math.max(value, 0)) : y,
    };
  };
  const forward = (form: NormForm): OpWork => {
    const { forward, terms, y } = work(form), [counted, traffic] = form.forward;
    return { forward, terms, counted, traffic, expected: ([actual]) => [[[...column(actual)], [...y]]] };
  };
  const backward = (form: NormForm): OpWork => {
    const { x, forward, graded, terms, y } = work(form), [counted, traffic] = form.backward;
    const dy = operand(500_000);
    return {
      forward,
      graded,
      terms,
      dy: dy.tensor,
      counted,
      traffic,
      expected: ([dx, dweight, dbias]) => {
        const masked = column(dy.values).map((value, i) => !form.relu || y[i] > 0 ? value : 0);
        const right = batchNormTrainGradients(x, Float64Array.of(1.5), masked, one);
        const sums = [dweight[channel], dbias[channel], Math.sqrt(rows)];
        return [
          [[...column(dx)], [...right.dx]],
          [sums, [right.dweight[0], right.dbias[0], Math.sqrt(rows)]],
        ];
      },
    };
  };
  return Object.fromEntries(NORM_FORMS.flatMap((form) => [
    [form.name, () => forward(form)],
    [`${form.name}, backward`, () => backward(form)],
  ]));
}

/** ReLU alone. */
function reluWorks(operand: MakeOperand): Works {
  const sampled = (values: Float32Array, right: (i: number) => number): [number[], number[]] => {
    const at = samples(values.length, 1000);
    return [at.map((i) => values[i]), at.map(right)];
  };
  return {
    "relu": () => {
      const x = operand(0);
      const expected: OpWork["expected"] = ([y]) => [sampled(y, (i) => Math.max(x.values[i], 0))];
      return { forward: () => relu(x.tensor), counted: "x, y", traffic: 2, expected };
    },
    "relu, backward": () => {
      const x = operand(0), dy = operand(500_000);
      const expected: OpWork["expected"] = ([dx]) => [
        sampled(dx, (i) => x.values[i] > 0 ? dy.values[i] : 0),
      ];
      const forward = () => relu(x.tensor);
      return { forward, graded: [x.tensor], dy: dy.tensor, counted: "y, dy, dx", traffic: 3, expected };
    },
  };
}

/** Max pooling 3x3 with stride 2 and the global mean; one channel of the first image is checked. */
function poolWorks(operand: MakeOperand, [n, h, w, c]: readonly number[]): Works {
  const pool = { kernel: 3, stride: 2, padding: 1 };
  const [p, q] = [Math.floor((h - 1) / 2) + 1, Math.floor((w - 1) / 2) + 1];
  const quarter = p * q / (h * w), channel = 5;
  const plane = (values: Float32Array, pixels: number) =>
    Float64Array.from({ length: pixels }, (_, i) => values[i * c + channel]);
  const one = { n: 1, h, w, c: 1, ...pool };
  return {
    "max pool": () => {
      const x = operand(0);
      const expected: OpWork["expected"] = ([y]) => [
        [[...plane(y, p * q)], [...naiveMax(plane(x.values, h * w), one)]],
      ];
      return { forward: () => maxPool2d(x.tensor, pool), counted: "x, y", traffic: 1 + quarter, expected };
    },
    "max pool, backward": () => {
      const x = operand(0), dy = operand(500_000, [n, p, q, c]);
      const expected: OpWork["expected"] = ([dx]) => [
        [[...plane(dx, h * w)], [...maxPool2dDx(plane(x.values, h * w), plane(dy.values, p * q), one)]],
      ];
      const forward = () => maxPool2d(x.tensor, pool), traffic = 1 + quarter;
      return { forward, graded: [x.tensor], dy: dy.tensor, counted: "dy, dx", traffic, expected };
    },
    "global mean": () => {
      const x = operand(0);
      const expected: OpWork["expected"] = ([y]) => [
        [[y[channel], 1], [naiveMean(plane(x.values, h * w), { n: 1, pixels: h * w, c: 1 })[0], 1]],
      ];
      return { forward: () => globalAvgPool(x.tensor), counted: "x", traffic: 1, expected };
    },
    "global mean, backward": () => {
      const x = operand(0), dy = operand(500_000, [n, c]);
      const expected: OpWork["expected"] = ([dx]) => [
        [[...plane(dx, h * w)], new Array(h * w).fill(dy.values[channel] / (h * w))],
      ];
      const forward = () => globalAvgPool(x.tensor);
      return { forward, graded: [x.tensor], dy: dy.tensor, counted: "dx", traffic: 1, expected };
    },
  };
}
