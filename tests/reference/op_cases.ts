/** The cases of ops.json, each run through the naive loops; PyTorch's layouts in and out. */
import { type StoredTensor, toFloat32 } from "../../src/formats/safetensors.ts";
import {
  batchNormEval,
  batchNormEvalGradients,
  type BatchNormParameters,
  batchNormTrain,
  batchNormTrainGradients,
} from "./batch_norm.ts";
import { activate, activateDx } from "./activations.ts";
import { conv2d, conv2dDw, conv2dDx, convOutput } from "./conv2d.ts";
import { nchwToNhwc, nhwcToNchw, oihwToRsck, rsckToOihw } from "./layout.ts";
import { depthwiseConv2d, depthwiseConv2dDw, depthwiseConv2dDx } from "./depthwise_conv2d.ts";
import { layerNorm } from "./layer_norm.ts";
import { linear, linearGradients } from "./linear.ts";
import {
  crossEntropy,
  crossEntropySoft,
  focal,
  focalOfCrossEntropy,
  focalSoft,
  type Loss,
} from "./losses.ts";
import { globalAvgPool, globalAvgPoolDx, maxPool2d, maxPool2dDx, poolOutput } from "./pool.ts";
import { squeezeExcite } from "./squeeze_excite.ts";
import { addRelu, addReluGradient, relu, reluDx } from "./relu.ts";

/** A case of ops.json: names of tensors in ops.safetensors. */
export interface OpCase {
  name: string;
  op: string;
  attrs: Record<string, number>;
  inputs: Record<string, string>;
  grads: Record<string, string>;
  output: string;
  dy: string;
  updates?: Record<string, string>;
}

/** What an op computes: y, the gradient of each input by its name, and updated buffers by theirs. */
interface Results {
  y: Float64Array;
  grads: Record<string, Float64Array>;
  updates?: Record<string, Float64Array>;
}

/** The tensors of a case: values in PyTorch's layout, and shapes. */
class Inputs {
  constructor(readonly test: OpCase, readonly tensors: ReadonlyMap<string, StoredTensor>) {}

  shape(name: string): readonly number[] {
    return this.tensors.get(this.test.inputs[name])!.shape;
  }

  get(name: string): Float64Array {
    return this.raw(this.test.inputs[name]);
  }

  dy(): Float64Array {
    return this.raw(this.test.dy);
  }

  raw(key: string): Float64Array {
    const tensor = this.tensors.get(key)!;
    return Float64Array.from(tensor.dtype === "F64" ? tensor.data : toFloat32(tensor));
  }
}

const ops: Record<string, (inputs: Inputs) => Results> = {
  conv2d: runConv2d,
  conv2d_grouped: runConv2d,
  batch_norm_train: runBatchNormTrain,
  batch_norm_eval: runBatchNormEval,
  max_pool2d: runMaxPool2d,
  global_avg_pool: runGlobalAvgPool,
  relu: (inputs) => {
    const x = inputs.get("x");
    return { y: relu(x), grads: { x: reluDx(x, inputs.dy()) } };
  },
  ...Object.fromEntries(
    (["silu", "hardswish", "gelu", "hardsigmoid", "sigmoid"] as const).map((
      kind,
    ) => [kind, (inputs: Inputs) => {
      const x = inputs.get("x");
      return { y: activate(kind, x), grads: { x: activateDx(kind, x, inputs.dy()) } };
    }]),
  ),
  depthwise_conv2d: runDepthwise,
  squeeze_excite: runSqueezeExcite,
  layer_norm: runLayerNorm,
  layer_scale: (inputs) => {
    const x = inputs.get("x"), scale = inputs.get("scale"), dy = inputs.dy(), [, c, h, w] = inputs.shape("x");
    const channel = (i: number) => Math.floor(i / (h * w)) % c, dscale = new Float64Array(c);
    x.forEach((value, i) => dscale[channel(i)] += value * dy[i]);
    const scaled = (values: Float64Array) => values.map((value, i) => value * scale[channel(i)]);
    return { y: scaled(x), grads: { x: scaled(dy), scale: dscale } };
  },
  add_relu: (inputs) => {
    const a = inputs.get("a"), b = inputs.get("b"), gradient = addReluGradient(a, b, inputs.dy());
    return { y: addRelu(a, b), grads: { a: gradient, b: gradient } };
  },
  linear: runLinear,
  cross_entropy: (inputs) => {
    const [n, classes] = inputs.shape("logits");
    const weighted = inputs.test.attrs.weighted ? { weight: inputs.get("weight") } : {};
    const shape = { n, classes, labelSmoothing: inputs.test.attrs.label_smoothing, ...weighted };
    return lossResults(crossEntropy(inputs.get("logits"), inputs.get("labels"), shape), inputs);
  },
  cross_entropy_soft: (inputs) => {
    const [n, classes] = inputs.shape("logits");
    const shape = { n, classes, labelSmoothing: inputs.test.attrs.label_smoothing };
    return lossResults(crossEntropySoft(inputs.get("logits"), inputs.get("targets"), shape), inputs);
  },
  focal: (inputs) => {
    const [n, classes] = inputs.shape("logits");
    const shape = { n, classes, gamma: inputs.test.attrs.gamma };
    return lossResults(focal(inputs.get("logits"), inputs.get("labels"), shape), inputs);
  },
  cross_entropy_mixed: (inputs) => {
    const { shape, targets } = mixed(inputs);
    return lossResults(crossEntropySoft(inputs.get("logits"), targets, shape), inputs);
  },
  focal_mixed: (inputs) => {
    const { shape, targets } = mixed(inputs);
    return lossResults(focalSoft(inputs.get("logits"), targets, shape), inputs);
  },
  focal_of_cross_entropy_mixed: (inputs) => {
    const { shape, targets } = mixed(inputs);
    const rows = Array.from(
      { length: shape.n },
      (_, row) => targets.subarray(row * shape.classes, (row + 1) * shape.classes),
    );
    return lossResults(focalOfCrossEntropy(inputs.get("logits"), rows, shape), inputs);
  },
};

/** Probabilities [N, C] of two labels a row, and all that the losses are weighted by. */
function mixed(inputs: Inputs) {
  const [n, classes] = inputs.shape("logits"), targets = new Float64Array(n * classes);
  const { label_smoothing: labelSmoothing = 0, gamma } = inputs.test.attrs;
  for (const [row, share] of inputs.get("shares").entries()) {
    targets[row * classes + inputs.get("first")[row]] += share;
    targets[row * classes + inputs.get("second")[row]] += 1 - share;
  }
  return { targets, shape: { n, classes, labelSmoothing, gamma, weight: inputs.get("weight") } };
}

/** Calls `check` with each tensor that the case names: its name, the naive result and PyTorch's. */
export function runOpCase(
  test: OpCase,
  tensors: ReadonlyMap<string, StoredTensor>,
  check: (name: string, actual: Float64Array, expected: Float64Array) => void,
): void {
  const inputs = new Inputs(test, tensors);
  const { y, grads, updates = {} } = ops[test.op](inputs);
  check("y", y, inputs.raw(test.output));
  for (const [name, key] of Object.entries(test.grads)) check(`d_${name}`, grads[name], inputs.raw(key));
  for (const [name, key] of Object.entries(test.updates ?? {})) check(name, updates[name], inputs.raw(key));
}

function lossResults({ loss, dlogits }: Loss, inputs: Inputs): Results {
  const [dy] = inputs.dy();
  return { y: Float64Array.of(loss), grads: { logits: dlogits.map((value) => value * dy) } };
}

function runConv2d(inputs: Inputs): Results {
  const [n, c, h, w] = inputs.shape("x"), [k, each, r, s] = inputs.shape("w");
  const { stride, padding, groups = 1 } = inputs.test.attrs;
  const shape = { n, h, w, c, r, s, k, stride, padding, groups };
  const { p, q } = convOutput(shape);
  const x = nchwToNhwc(inputs.get("x"), [n, c, h, w]), filter = oihwToRsck(inputs.get("w"), [k, each, r, s]);
  const dy = nchwToNhwc(inputs.dy(), [n, k, p, q]);
  return {
    y: nhwcToNchw(conv2d(x, filter, shape), [n, p, q, k]),
    grads: {
      x: nhwcToNchw(conv2dDx(dy, filter, shape), [n, h, w, c]),
      w: rsckToOihw(conv2dDw(x, dy, shape), [r, s, each, k]),
    },
  };
}

function batchNormInputs(inputs: Inputs) {
  const [n, c, h, w] = inputs.shape("x");
  const parameters: BatchNormParameters = {
    weight: inputs.get("weight"),
    bias: inputs.get("bias"),
    runningMean: inputs.get("running_mean"),
    runningVar: inputs.get("running_var"),
  };
  return {
    x: nchwToNhwc(inputs.get("x"), [n, c, h, w]),
    dy: nchwToNhwc(inputs.dy(), [n, c, h, w]),
    parameters,
    shape: { rows: n * h * w, channels: c, eps: inputs.test.attrs.eps },
    toNchw: (values: Float64Array) => nhwcToNchw(values, [n, h, w, c]),
  };
}

function runBatchNormTrain(inputs: Inputs): Results {
  const { x, dy, parameters, shape, toNchw } = batchNormInputs(inputs);
  const forward = batchNormTrain(x, parameters, shape, inputs.test.attrs.momentum);
  const { dx, dweight, dbias } = batchNormTrainGradients(x, parameters.weight, dy, shape);
  return {
    y: toNchw(forward.y),
    grads: { x: toNchw(dx), weight: dweight, bias: dbias },
    updates: { running_mean: forward.newRunningMean, running_var: forward.newRunningVar },
  };
}

function runBatchNormEval(inputs: Inputs): Results {
  const { x, dy, parameters, shape, toNchw } = batchNormInputs(inputs);
  const { dx, dweight, dbias } = batchNormEvalGradients(x, parameters, dy, shape);
  return {
    y: toNchw(batchNormEval(x, parameters, shape)),
    grads: { x: toNchw(dx), weight: dweight, bias: dbias },
  };
}

function runMaxPool2d(inputs: Inputs): Results {
  const [n, c, h, w] = inputs.shape("x");
  const { kernel, stride, padding } = inputs.test.attrs;
  const shape = { n, h, w, c, kernel, stride, padding }, { p, q } = poolOutput(shape);
  const x = nchwToNhwc(inputs.get("x"), [n, c, h, w]), dy = nchwToNhwc(inputs.dy(), [n, c, p, q]);
  return {
    y: nhwcToNchw(maxPool2d(x, shape), [n, p, q, c]),
    grads: { x: nhwcToNchw(maxPool2dDx(x, dy, shape), [n, h, w, c]) },
  };
}

function runGlobalAvgPool(inputs: Inputs): Results {
  const [n, c, h, w] = inputs.shape("x"), shape = { n, pixels: h * w, c };
  const x = nchwToNhwc(inputs.get("x"), [n, c, h, w]);
  return {
    y: globalAvgPool(x, shape),
    grads: { x: nhwcToNchw(globalAvgPoolDx(inputs.dy(), shape), [n, h, w, c]) },
  };
}

function runLinear(inputs: Inputs): Results {
  const [n, c] = inputs.shape("x"), [k] = inputs.shape("w"), shape = { n, c, k };
  const x = inputs.get("x"), w = inputs.get("w");
  const { dx, dw, db } = linearGradients(x, w, inputs.dy(), shape);
  return { y: linear(x, w, inputs.get("b"), shape), grads: { x: dx, w: dw, b: db } };
}

function runDepthwise(inputs: Inputs): Results {
  const [n, c, h, w] = inputs.shape("x"), [, , r, s] = inputs.shape("w");
  const { stride, padding } = inputs.test.attrs, shape = { n, h, w, c, r, s, stride, padding };
  const { p, q } = convOutput({ ...shape, k: c });
  const x = nchwToNhwc(inputs.get("x"), [n, c, h, w]), dy = nchwToNhwc(inputs.dy(), [n, c, p, q]);
  const filter = oihwToRsck(inputs.get("w"), [c, 1, r, s]);
  return {
    y: nhwcToNchw(depthwiseConv2d(x, filter, shape), [n, p, q, c]),
    grads: {
      x: nhwcToNchw(depthwiseConv2dDx(dy, filter, shape), [n, h, w, c]),
      w: rsckToOihw(depthwiseConv2dDw(x, dy, shape), [r, s, 1, c]),
    },
  };
}

function runSqueezeExcite(inputs: Inputs): Results {
  const [n, c, h, w] = inputs.shape("x"),
    [s] = inputs.shape("b1"),
    isSmooth = Boolean(inputs.test.attrs.smooth);
  const follow = isSmooth
    ? { activation: "silu", gate: "sigmoid" } as const
    : { activation: "relu", gate: "hardsigmoid" } as const;
  const values = {
    x: nchwToNhwc(inputs.get("x"), [n, c, h, w]),
    w1: oihwToRsck(inputs.get("w1"), [s, c, 1, 1]),
    b1: inputs.get("b1"),
    w2: oihwToRsck(inputs.get("w2"), [c, s, 1, 1]),
    b2: inputs.get("b2"),
  };
  const dy = nchwToNhwc(inputs.dy(), [n, c, h, w]);
  const { y, dx, dw1, db1, dw2, db2 } = squeezeExcite(values, dy, { n, pixels: h * w, c, s, ...follow });
  return {
    y: nhwcToNchw(y, [n, h, w, c]),
    grads: {
      x: nhwcToNchw(dx, [n, h, w, c]),
      w1: rsckToOihw(dw1, [1, 1, c, s]),
      b1: db1,
      w2: rsckToOihw(dw2, [1, 1, s, c]),
      b2: db2,
    },
  };
}

function runLayerNorm(inputs: Inputs): Results {
  const [n, c, h, w] = inputs.shape("x"), back = (values: Float64Array) => nhwcToNchw(values, [n, h, w, c]);
  const [x, dy] = [inputs.get("x"), inputs.dy()].map((values) => nchwToNhwc(values, [n, c, h, w]));
  const { y, dx, dweight, dbias } = layerNorm(
    x,
    inputs.get("weight"),
    inputs.get("bias"),
    dy,
    inputs.test.attrs.eps,
  );
  return { y: back(y), grads: { x: back(dx), weight: dweight, bias: dbias } };
}
