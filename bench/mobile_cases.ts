/** Cases of what newer networks are made of: depthwise convolution, squeeze-and-excite, layer norm. */
import type { Device } from "../src/core/device.ts";
import { tensorOf } from "../src/core/tensor.ts";
import { depthwiseConv2d } from "../src/ops/depthwise_conv2d.ts";
import { layerNorm } from "../src/ops/layer_norm.ts";
import { squeezeExcite } from "../src/ops/squeeze_excite.ts";
import {
  depthwiseConv2d as naiveDepthwise,
  depthwiseConv2dDw,
  depthwiseConv2dDx,
} from "../tests/reference/depthwise_conv2d.ts";
import { layerNorm as naiveLayerNorm } from "../tests/reference/layer_norm.ts";
import { squeezeExcite as naiveSqueezeExcite } from "../tests/reference/squeeze_excite.ts";
import type { MakeOperand, OpWork, Works } from "./op_work.ts";

/** The channel that is checked. */
const CHANNEL = 5;

/** Depthwise convolutions with stride 1; one channel of the first image is checked, and its filter's gradient. */
export function depthwiseWorks(operand: MakeOperand, [n, h, w, c]: readonly number[]): Works {
  const column = (values: Float32Array, pixels: number) =>
    Float64Array.from({ length: pixels }, (_, i) => values[i * c + CHANNEL]);
  const works = (side: number): [string, () => OpWork][] => {
    const options = { padding: (side - 1) / 2 }, name = `depthwise ${side}x${side}`;
    const one = { n: 1, h, w, c: 1, r: side, s: side, stride: 1, ...options };
    const make = () => {
      const x = operand(0), filter = operand(250_000, [side, side, 1, c]), dy = operand(500_000);
      const forward = () => depthwiseConv2d(x.tensor, filter.tensor, options);
      return { x, filter, dy, taps: column(filter.values, side * side), forward, terms: side * side };
    };
    return [
      [name, () => {
        const { x, taps, forward, terms } = make();
        const expected: OpWork["expected"] = ([y]) => [
          [[...column(y, h * w)], [...naiveDepthwise(column(x.values, h * w), taps, one)]],
        ];
        return { forward, counted: "x, y", traffic: 2, terms, expected };
      }],
      [`${name}, dgrad`, () => {
        const { x, dy, taps, forward, terms } = make(), graded = [x.tensor];
        const expected: OpWork["expected"] = ([dx]) => [
          [[...column(dx, h * w)], [...depthwiseConv2dDx(column(dy.values, h * w), taps, one)]],
        ];
        return { forward, graded, dy: dy.tensor, counted: "dy, dx", traffic: 2, terms, expected };
      }],
      [`${name}, wgrad`, () => {
        const { x, filter, dy, forward } = make(), graded = [filter.tensor], pixels = n * h * w;
        const expected: OpWork["expected"] = ([dw]) => {
          const all = { ...one, n };
          const right = depthwiseConv2dDw(column(x.values, pixels), column(dy.values, pixels), all);
          return [[[...column(dw, side * side)], [...right]]];
        };
        return { forward, graded, dy: dy.tensor, counted: "x, dy", traffic: 2, terms: pixels, expected };
      }],
    ];
  };
  return Object.fromEntries([3, 5, 7].flatMap(works));
}

/** Squeeze-and-excite through a quarter of the channels; the first image is checked. */
export function squeezeExciteWorks(operand: MakeOperand, [, h, w, c]: readonly number[]): Works {
  const shape = { n: 1, pixels: h * w, c, s: c / 4, activation: "relu", gate: "hardsigmoid" } as const;
  const { s, pixels, activation, gate } = shape;
  const make = () => {
    const x = operand(0), dy = operand(500_000);
    const squeeze = operand(100_000, [1, 1, c, s]), excite = operand(200_000, [1, 1, s, c]);
    const squeezeBias = operand(300_000, [s]), exciteBias = operand(400_000, [c]);
    const tensors = {
      squeeze: squeeze.tensor,
      squeezeBias: squeezeBias.tensor,
      excite: excite.tensor,
      exciteBias: exciteBias.tensor,
    };
    const image = (values: Float32Array) => Float64Array.from(values.subarray(0, pixels * c));
    const right = () =>
      naiveSqueezeExcite(
        {
          x: image(x.values),
          w1: Float64Array.from(squeeze.values),
          b1: Float64Array.from(squeezeBias.values),
          w2: Float64Array.from(excite.values),
          b2: Float64Array.from(exciteBias.values),
        },
        image(dy.values),
        shape,
      );
    const forward = () => squeezeExcite(x.tensor, tensors, { activation, gate });
    return { x, dy, image, right, forward, terms: pixels };
  };
  return {
    "squeeze-excite": () => {
      const { image, right, forward, terms } = make();
      const expected: OpWork["expected"] = ([y]) => [[[...image(y)], [...right().y]]];
      return { forward, counted: "x twice, y", traffic: 3, terms, expected };
    },
    "squeeze-excite, backward": () => {
      const { x, dy, image, right, forward, terms } = make(), graded = [x.tensor];
      const expected: OpWork["expected"] = ([dx]) => [[[...image(dx)], [...right().dx]]];
      return { forward, graded, dy: dy.tensor, counted: "x, dy twice, dx", traffic: 4, terms, expected };
    },
  };
}

/** Layer norm over the channels; the first image is checked, and the gradients of weight and bias. */
export function layerNormWorks(
  operand: MakeOperand,
  [n, h, w, c]: readonly number[],
  device: Device,
): Works {
  const eps = 1e-6, first = h * w * c;
  const make = () => {
    const x = operand(0), dy = operand(500_000);
    const weight = tensorOf(device, new Array(c).fill(1.5), [c], "f32", "weight");
    const bias = tensorOf(device, new Array(c).fill(.5), [c], "f32", "bias");
    const right = (count: number) => {
      const values = (of: Float32Array) => Float64Array.from(of.subarray(0, count));
      const vector = (value: number) => new Float64Array(c).fill(value);
      return naiveLayerNorm(values(x.values), vector(1.5), vector(.5), values(dy.values), eps);
    };
    const forward = () => layerNorm(x.tensor, weight, bias, { eps });
    return { x, dy, weight, bias, right, forward, terms: c };
  };
  return {
    "layer norm": () => {
      const { right, forward, terms } = make();
      const expected: OpWork["expected"] = ([y]) => [[[...y.subarray(0, first)], [...right(first).y]]];
      return { forward, counted: "x, y", traffic: 2, terms, expected };
    },
    "layer norm, dgrad": () => {
      const { x, dy, right, forward, terms } = make(), graded = [x.tensor];
      const expected: OpWork["expected"] = ([dx]) => [[[...dx.subarray(0, first)], [...right(first).dx]]];
      return { forward, graded, dy: dy.tensor, counted: "x, dy, dx", traffic: 3, terms, expected };
    },
    "layer norm, wgrad": () => {
      const { dy, weight, bias, right, forward } = make(), graded = [weight, bias], terms = n * h * w;
      const expected: OpWork["expected"] = ([dweight, dbias]) => {
        const all = right(n * first), size = Math.sqrt(terms); // of a sum of noise
        return [[[...dweight, size], [...all.dweight, size]], [[...dbias, size], [...all.dbias, size]]];
      };
      return { forward, graded, dy: dy.tensor, counted: "x, dy", traffic: 2, terms, expected };
    },
  };
}
