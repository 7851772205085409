/** A list of layers in naive float64 loops: the output of every layer, and the gradient of the logits by each. */
import type { Layer } from "../../src/nn/layers/mod.ts";
import { INPUT } from "../../src/nn/layers/layer.ts";
import type { StateTensor } from "../../src/nn/parameters.ts";
import {
  batchNormEval,
  batchNormEvalGradients,
  batchNormTrain,
  batchNormTrainGradients,
} from "../reference/batch_norm.ts";
import { conv2d, conv2dDx, convOutput } from "../reference/conv2d.ts";
import { oihwToRsck } from "../reference/layout.ts";
import { linear, linearGradients } from "../reference/linear.ts";
import { globalAvgPool, globalAvgPoolDx, maxPool2d, maxPool2dDx, poolOutput } from "../reference/pool.ts";
import { relu, reluDx } from "../reference/relu.ts";

/** An image batch [N, H, W, C]; rows [N, C] are images of one pixel. */
export interface Values {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly data: Float64Array;
}

/** What a layer gives, and how the gradients of its inputs follow from that of its output. */
interface Done {
  readonly y: Values;
  back(dy: Float64Array): Float64Array[];
}

/** A network's parameters and statistics in float64, by their whole names. */
type Weights = (name: string) => Float64Array;

/** The outputs of all layers, and the gradients of the last one's by them, from `dy`. */
export function referenceNetwork(
  layers: readonly Layer[],
  state: ReadonlyMap<string, StateTensor>,
  images: Values,
  dy: ArrayLike<number>,
  training: boolean,
): { outputs: Map<string, Values>; gradients: Map<string, Float64Array> } {
  const weights: Weights = (name) => Float64Array.from(state.get(name)!.values);
  const outputs = new Map([[INPUT, images]]), done = new Map<string, Done>();
  for (const layer of layers) {
    const result = run(layer, layer.inputs.map((name) => outputs.get(name)!), weights, training);
    done.set(layer.name, result);
    outputs.set(layer.name, result.y);
  }
  const gradients = new Map<string, Float64Array>([[layers.at(-1)!.name, Float64Array.from(dy)]]);
  for (const { name, inputs } of layers.toReversed()) {
    for (const [i, gradient] of done.get(name)!.back(gradients.get(name)!).entries()) {
      const before = gradients.get(inputs[i]);
      gradients.set(inputs[i], before ? before.map((value, at) => value + gradient[at]) : gradient);
    }
  }
  return { outputs, gradients };
}

function run(layer: Layer, [x, other]: readonly Values[], weights: Weights, training: boolean): Done {
  const { n, h, w, c } = x;
  switch (layer.kind) {
    case "conv": {
      const { from, to: k, kernel, stride, padding } = layer;
      const filter = Float64Array.from(
        oihwToRsck(weights(`${layer.name}.weight`), [k, from, kernel, kernel]),
      );
      const shape = { n, h, w, c, r: kernel, s: kernel, k, stride, padding };
      const { p, q } = convOutput(shape);
      const y = { n, h: p, w: q, c: k, data: conv2d(x.data, filter, shape) };
      return { y, back: (dy) => [conv2dDx(dy, filter, shape)] };
    }
    case "batch_norm": {
      const part = (name: string) => weights(`${layer.name}.${name}`), weight = part("weight");
      const [runningMean, runningVar] = [part("running_mean"), part("running_var")];
      const parameters = { weight, bias: part("bias"), runningMean, runningVar };
      const shape = { rows: n * h * w, channels: c, eps: 1e-5 };
      if (training) {
        const { y } = batchNormTrain(x.data, parameters, shape, .1);
        return {
          y: { ...x, data: y },
          back: (dy) => [batchNormTrainGradients(x.data, weight, dy, shape).dx],
        };
      }
      const data = batchNormEval(x.data, parameters, shape);
      return { y: { ...x, data }, back: (dy) => [batchNormEvalGradients(x.data, parameters, dy, shape).dx] };
    }
    case "relu":
      return { y: { ...x, data: relu(x.data) }, back: (dy) => [reluDx(x.data, dy)] };
    case "add":
      return {
        y: { ...x, data: x.data.map((value, i) => value + other.data[i]) },
        back: (dy) => [dy, dy],
      };
    case "max_pool": {
      const { kernel, stride, padding } = layer, shape = { n, h, w, c, kernel, stride, padding };
      const { p, q } = poolOutput(shape);
      const y = { n, h: p, w: q, c, data: maxPool2d(x.data, shape) };
      return { y, back: (dy) => [maxPool2dDx(x.data, dy, shape)] };
    }
    case "global_avg_pool": {
      const shape = { n, pixels: h * w, c };
      const y = { n, h: 1, w: 1, c, data: globalAvgPool(x.data, shape) };
      return { y, back: (dy) => [globalAvgPoolDx(dy, shape)] };
    }
    case "flatten":
      return { y: x, back: (dy) => [dy] };
    case "linear": {
      const weight = weights(`${layer.name}.weight`), shape = { n, c, k: layer.to };
      const data = linear(x.data, weight, weights(`${layer.name}.bias`), shape);
      const y = { n, h: 1, w: 1, c: layer.to, data };
      return { y, back: (dy) => [linearGradients(x.data, weight, dy, shape).dx] };
    }
    default:
      throw new RangeError(`There is no naive loop for ${(layer as Layer).kind}`);
  }
}
