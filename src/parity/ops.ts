/** ops.json: each op's forward and backward pass on the GPU, against PyTorch. */
import * as z from "zod";
import { DataError } from "../base/errors.ts";
import { formatShape, type Shape } from "../base/shape.ts";
import type { Device } from "../core/device.ts";
import { withTape } from "../core/tape.ts";
import { type Tensor, tensorOf } from "../core/tensor.ts";
import { backward } from "../ops/backward.ts";
import { activate } from "../ops/activate.ts";
import { batchNorm } from "../ops/batch_norm.ts";
import { conv2d } from "../ops/conv2d.ts";
import { crossEntropy, crossEntropyRows } from "../ops/cross_entropy.ts";
import { depthwiseConv2d } from "../ops/depthwise_conv2d.ts";
import { focal } from "../ops/focal.ts";
import { focalMean } from "../ops/focal_mean.ts";
import { globalAvgPool } from "../ops/global_avg_pool.ts";
import { layerNorm } from "../ops/layer_norm.ts";
import { layerScale } from "../ops/layer_scale.ts";
import { linear } from "../ops/linear.ts";
import { maxPool2d } from "../ops/max_pool2d.ts";
import { mixTargets } from "../ops/mix_targets.ts";
import { relu } from "../ops/relu.ts";
import { squeezeExcite } from "../ops/squeeze_excite.ts";
import type { Target } from "../ops/target.ts";
import { counted, type ParityCase, type Row, type Suite } from "./case.ts";
import { byLargest, compare, type Comparison } from "./compare.ts";
import type { CaseFolder, CaseTensors } from "./folder.ts";
import {
  column,
  depthwise,
  filter,
  type Form,
  image,
  labels,
  matrix,
  rows,
  scalar,
  vector,
} from "./forms.ts";

/** For outputs and gradients, relative to the largest magnitude of each. */
export const OP_TOLERANCE = 2e-5;

/**
 * A loss's gradient is the difference of two probabilities divided by the number of rows, times dy, and float32's
 * rounding errors in the probabilities (3 units in the last place are 2e-7) remain when they cancel. So its errors
 * are relative to at least this share of dy over the rows, which matters for a single row that is accurate to one
 * part in a hundred.
 */
const CANCELLED = .01;

const names = z.record(z.string(), z.string());
const opCase = z.object({
  name: z.string(),
  op: z.string(),
  attrs: z.record(z.string(), z.union([z.number(), z.boolean()])),
  inputs: names,
  grads: names,
  output: z.string(),
  dy: z.string(),
  updates: names.default({}),
});
const table = z.object({ cases: z.array(opCase) });

type OpCase = z.output<typeof opCase>;

/** What a case passes to its op: tensors, attributes, and PyTorch's shapes. */
interface Call {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly shapes: Readonly<Record<string, Shape>>;
  number(attribute: string): number;
  isSet(attribute: string): boolean;
}

/** An op: the forms of its inputs and of y, and how to call it. */
interface Op {
  readonly inputs: Readonly<Record<string, Form>>;
  readonly y: Form;
  run(call: Call): Tensor;
}

const normInputs = { x: image, weight: vector, bias: vector, running_mean: vector, running_var: vector };

const mixedInputs = { logits: rows, first: labels, second: labels, shares: column, weight: vector };

/** The ops, by their names in the files. */
const ops: Readonly<Record<string, Op>> = {
  conv2d: {
    inputs: { x: image, w: filter },
    y: image,
    run: ({ tensors: { x, w }, number }) =>
      conv2d(x, w, { stride: number("stride"), padding: number("padding") }),
  },
  conv2d_grouped: {
    inputs: { x: image, w: filter },
    y: image,
    run: ({ tensors: { x, w }, number }) =>
      conv2d(x, w, { stride: number("stride"), padding: number("padding"), groups: number("groups") }),
  },
  batch_norm_train: {
    inputs: normInputs,
    y: image,
    run: ({ tensors, number }) =>
      norm(tensors, { training: true, eps: number("eps"), momentum: number("momentum") }),
  },
  batch_norm_eval: {
    inputs: normInputs,
    y: image,
    run: ({ tensors, number }) => norm(tensors, { training: false, eps: number("eps") }),
  },
  max_pool2d: {
    inputs: { x: image },
    y: image,
    run: ({ tensors: { x }, number }) =>
      maxPool2d(x, { kernel: number("kernel"), stride: number("stride"), padding: number("padding") }),
  },
  global_avg_pool: { inputs: { x: image }, y: rows, run: ({ tensors: { x } }) => globalAvgPool(x) },
  relu: { inputs: { x: image }, y: image, run: ({ tensors: { x } }) => relu(x) },
  ...Object.fromEntries((["silu", "hardswish", "gelu", "hardsigmoid", "sigmoid"] as const).map((kind) => [
    kind,
    { inputs: { x: image }, y: image, run: ({ tensors: { x } }: Call) => activate(x, kind) },
  ])),
  depthwise_conv2d: {
    inputs: { x: image, w: depthwise },
    y: image,
    run: ({ tensors: { x, w }, number }) =>
      depthwiseConv2d(x, w, { stride: number("stride"), padding: number("padding") }),
  },
  squeeze_excite: {
    inputs: { x: image, w1: filter, b1: vector, w2: filter, b2: vector },
    y: image,
    run: ({ tensors: { x, w1, b1, w2, b2 }, isSet }) =>
      squeezeExcite(
        x,
        { squeeze: w1, squeezeBias: b1, excite: w2, exciteBias: b2 },
        isSet("smooth")
          ? { activation: "silu", gate: "sigmoid" }
          : { activation: "relu", gate: "hardsigmoid" },
      ),
  },
  layer_norm: {
    inputs: { x: image, weight: vector, bias: vector },
    y: image,
    run: ({ tensors: { x, weight, bias }, number }) => layerNorm(x, weight, bias, { eps: number("eps") }),
  },
  layer_scale: {
    inputs: { x: image, scale: vector },
    y: image,
    run: ({ tensors: { x, scale } }) => layerScale(x, scale),
  },
  add_relu: { inputs: { a: image, b: image }, y: image, run: ({ tensors: { a, b } }) => addRelu(a, b) },
  linear: {
    inputs: { x: rows, w: matrix, b: vector },
    y: rows,
    run: ({ tensors: { x, w, b } }) => linear(x, w, b),
  },
  cross_entropy: {
    inputs: { logits: rows, labels, weight: vector },
    y: scalar,
    run: ({ tensors: { logits, labels, weight }, shapes, number, isSet }) =>
      crossEntropy(logits, { kind: "indices", values: labels }, {
        classes: shapes.logits[1],
        labelSmoothing: number("label_smoothing"),
        weights: isSet("weighted") ? weight : undefined,
      }),
  },
  cross_entropy_soft: {
    inputs: { logits: rows, targets: rows },
    y: scalar,
    run: ({ tensors: { logits, targets }, shapes, number }) =>
      crossEntropy(logits, { kind: "probabilities", values: targets }, {
        classes: shapes.logits[1],
        labelSmoothing: number("label_smoothing"),
      }),
  },
  focal: {
    inputs: { logits: rows, labels },
    y: scalar,
    run: ({ tensors: { logits, labels }, shapes, number }) =>
      focal(logits, { kind: "indices", values: labels }, {
        classes: shapes.logits[1],
        gamma: number("gamma"),
      }),
  },
  cross_entropy_mixed: {
    inputs: mixedInputs,
    y: scalar,
    run({ tensors, shapes: { logits: [, classes] }, number }) {
      const { logits, weight: weights } = tensors, labelSmoothing = number("label_smoothing");
      return crossEntropy(logits, mixed(tensors, classes), { classes, labelSmoothing, weights });
    },
  },
  focal_mixed: {
    inputs: mixedInputs,
    y: scalar,
    run({ tensors, shapes: { logits: [, classes] }, number }) {
      const { logits, weight: weights } = tensors;
      return focal(logits, mixed(tensors, classes), { classes, gamma: number("gamma"), weights });
    },
  },
  focal_of_cross_entropy_mixed: {
    inputs: mixedInputs,
    y: scalar,
    run({ tensors, shapes: { logits: [, classes] }, number }) {
      const { logits, weight: weights } = tensors, labelSmoothing = number("label_smoothing");
      const target = mixed(tensors, classes);
      const costs = crossEntropyRows(logits, target, { classes, labelSmoothing, weights });
      return focalMean(costs, target, { classes, gamma: number("gamma") });
    },
  },
};

/** Two labels for each row, and the share of the first. */
function mixed({ first, second, shares }: Call["tensors"], classes: number): Target {
  return mixTargets({ first, second, shares }, classes);
}

function norm(
  { x, weight, bias, running_mean, running_var }: Call["tensors"],
  options: { training: boolean; eps: number; momentum?: number },
): Tensor {
  return batchNorm(x, { weight, bias, runningMean: running_mean, runningVar: running_var }, options);
}

/** max(a + b, 0) as computed at the end of a residual block, after a batch norm that changes nothing. */
function addRelu(a: Tensor, b: Tensor): Tensor {
  const channels = a.shape[3];
  const all = (value: number) => tensorOf(a.device, new Array(channels).fill(value), [channels]);
  const identity = { weight: all(1), bias: all(0), runningMean: all(0), runningVar: all(1) };
  return batchNorm(a, identity, { training: false, eps: 0, activation: "relu", residual: b });
}

/** The cases of ops.json. */
export async function opCases(folder: CaseFolder): Promise<Suite> {
  const { cases } = await folder.json("ops.json", table);
  const tensors = await folder.tensors("ops.safetensors");
  const known = cases.filter(({ op }) => Object.hasOwn(ops, op));
  const unknown = cases.filter(({ op }) => !Object.hasOwn(ops, op));
  return {
    cases: known.map((given): ParityCase => ({
      name: given.name,
      gpu: true,
      run: async (device) => [await runOp(device, given, tensors)],
    })),
    notCovered: counted(unknown.map(({ op }) => op)),
  };
}

/** Runs one op forward and backward, and compares everything in the case. */
async function runOp(device: Device, given: OpCase, tensors: CaseTensors): Promise<Row> {
  const op = ops[given.op];
  return await device.scope(async () => {
    const upload = (key: string, form: Form) => {
      const { shape } = tensors.get(key);
      if (!form.accepts(shape)) {
        throw new DataError(
          `Cannot run parity case ${given.name}: ${key} must be ${form.axes}, current shape is ${
            formatShape(shape)
          }`,
        );
      }
      return tensorOf(device, form.encode(shape, tensors.values(key)), form.shape(shape), form.dtype, key);
    };
    const call = callOf(given, op, tensors, upload);
    for (const name of Object.keys(given.grads)) inputOf(given, call.tensors, name).needsGrad = true;
    const { y, grads } = withTape(device, () => {
      const y = op.run(call);
      return { y, grads: backward(y, upload(given.dy, op.y)) };
    });
    const comparisons: Comparison[] = [];
    const check = async (what: string, key: string, form: Form, actual: Tensor, least = 0) => {
      const expected = tensors.values(key);
      const values = form.decode(tensors.get(key).shape, await actual.read()); // GPU sync point
      comparisons.push(compare(what, values, expected, byLargest(expected, OP_TOLERANCE, least)));
    };
    const isLoss = op.y === scalar;
    const least = isLoss ? CANCELLED * Math.abs(tensors.values(given.dy)[0]) / call.shapes.logits[0] : 0;
    await check("y", given.output, op.y, y);
    for (const [name, key] of Object.entries(given.grads)) {
      await check(`d${name}`, key, op.inputs[name], grads.get(call.tensors[name])!, least);
    }
    for (const [name, key] of Object.entries(given.updates)) {
      await check(name, key, op.inputs[name], inputOf(given, call.tensors, name));
    }
    return { name: given.name, comparisons };
  });
}

/** Uploads a case's inputs. */
function callOf(
  given: OpCase,
  op: Op,
  tensors: CaseTensors,
  upload: (key: string, form: Form) => Tensor,
): Call {
  const uploaded: Record<string, Tensor> = {}, shapes: Record<string, Shape> = {};
  for (const [name, form] of Object.entries(op.inputs)) {
    const key = given.inputs[name];
    if (key === undefined) {
      throw new DataError(`Cannot run parity case ${given.name}: ${given.op} needs the input "${name}"`);
    }
    uploaded[name] = upload(key, form);
    shapes[name] = tensors.get(key).shape;
  }
  const number = (attribute: string) => {
    const value = given.attrs[attribute];
    if (typeof value === "number") return value;
    throw new DataError(
      `Cannot run parity case ${given.name}: ${given.op} needs the attribute "${attribute}"`,
    );
  };
  return { tensors: uploaded, shapes, number, isSet: (attribute) => given.attrs[attribute] === true };
}

function inputOf(given: OpCase, tensors: Call["tensors"], name: string): Tensor {
  if (Object.hasOwn(tensors, name)) return tensors[name];
  throw new DataError(`Cannot run parity case ${given.name}: ${given.op} has no input "${name}"`);
}
