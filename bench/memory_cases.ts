/**
 * What the memory-bound kernels are timed and checked with. The bytes that count are the least that the op needs:
 * each input read and each output written once, but for batch norm, whose sums need all of x before the first y.
 */
import { elements, formatShape } from "../src/base/shape.ts";
import type { Device } from "../src/core/device.ts";
import { bytesPerElement, type DType, type Tensor, tensorOf } from "../src/core/tensor.ts";
import { batchNorm } from "../src/ops/batch_norm.ts";
import { globalAvgPool } from "../src/ops/global_avg_pool.ts";
import { maxPool2d } from "../src/ops/max_pool2d.ts";
import { addRelu, relu } from "../src/ops/relu.ts";
import { batchNormTrain, batchNormTrainGradients } from "../tests/reference/batch_norm.ts";
import { globalAvgPool as naiveMean, maxPool2d as naiveMax, maxPool2dDx } from "../tests/reference/pool.ts";
import { noise, requireClose, samples, tolerance } from "./check.ts";
import { recordBackward, type Recorded, recordForward } from "./recorded.ts";

/** An op on its tensors. */
export interface MemoryCase {
  readonly name: string;
  /** The tensor that the op is about. */
  readonly tensor: string;
  /** Which bytes count, in words, and how many they are. */
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

/** A tensor with what it holds. */
interface Operand {
  readonly tensor: Tensor;
  readonly values: Float32Array;
}

/** An op's forward pass and, where there is a `dy`, its backward pass instead. */
interface OpWork {
  readonly forward: () => Tensor;
  readonly graded?: readonly Tensor[];
  readonly dy?: Tensor;
  readonly counted: string;
  /** Bytes that count, as a multiple of x. */
  readonly traffic: number;
  /** Parts of the results, and what they must be. */
  readonly expected: (results: readonly Float32Array[]) => readonly (readonly [number[], number[]])[];
  /** Terms of the longest sum. */
  readonly terms?: number;
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
  const works = { ...normWorks(operand, shape, device), ...reluWorks(operand), ...poolWorks(operand, shape) };
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

type MakeOperand = (offset: number, shape?: readonly number[]) => Operand;
type Works = Record<string, () => OpWork>;

/** Batch norm in training; one channel is checked, over all its pixels. */
function normWorks(operand: MakeOperand, shape: readonly number[], device: Device): Works {
  const channels = shape[3], rows = elements(shape) / channels, channel = 5;
  const vector = (value: number) =>
    tensorOf(device, new Array(channels).fill(value), [channels], "f32", "vector");
  const one = { rows, channels: 1, eps: 1e-5 };
  const column = (values: Float32Array) =>
    Float64Array.from({ length: rows }, (_, row) => values[row * channels + channel]);
  const norm = (x: Tensor) => {
    const tensors = { weight: vector(1.5), bias: vector(.5), runningMean: vector(0), runningVar: vector(1) };
    const forward = () => batchNorm(x, tensors, { training: true });
    return { forward, graded: [x, tensors.weight, tensors.bias], terms: rows };
  };
  const forward = (): OpWork => {
    const x = operand(0);
    const parameters = { weight: [1.5], bias: [.5], runningMean: [0], runningVar: [1] };
    const naive = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, Float64Array.from(value)]),
    ) as Record<keyof typeof parameters, Float64Array>;
    return {
      ...norm(x.tensor),
      graded: [],
      counted: "x twice, y",
      traffic: 3,
      expected: ([y]) => [[[...column(y)], [...batchNormTrain(column(x.values), naive, one, .1).y]]],
    };
  };
  const backward = (): OpWork => {
    const x = operand(0), dy = operand(500_000);
    return {
      ...norm(x.tensor),
      dy: dy.tensor,
      counted: "x and dy twice, dx",
      traffic: 5,
      expected: ([dx, dweight, dbias]) => {
        const right = batchNormTrainGradients(column(x.values), Float64Array.of(1.5), column(dy.values), one);
        return [
          [[...column(dx)], [...right.dx]],
          [[dweight[channel], dbias[channel], Math.sqrt(rows)], [
            right.dweight[0],
            right.dbias[0],
            Math.sqrt(rows),
          ]],
        ];
      },
    };
  };
  return { "batch norm": forward, "batch norm, backward": backward };
}

/** ReLU, alone and at the end of a residual block. */
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
    "add + relu": () => {
      const x = operand(0), z = operand(500_000);
      const expected: OpWork["expected"] = ([y]) => [
        sampled(y, (i) => Math.max(x.values[i] + z.values[i], 0)),
      ];
      return { forward: () => addRelu(x.tensor, z.tensor), counted: "x, z, y", traffic: 3, expected };
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
