import { addRelu, relu } from "../../src/ops/relu.ts";
import { noise, opTest } from "./op_case.ts";

const shape = [3, 5, 7, 4];

opTest("relu() and its dx agree with max(x, 0)", {
  inputs: { x: { shape, values: noise(shape, "x") } },
  run: ({ x }) => relu(x),
  reference: ({ x, dy }) => ({
    y: x.map((value) => Math.max(value, 0)),
    dx: dy.map((value, i) => x[i] > 0 ? value : 0),
  }),
});

opTest("addRelu() gives both of its inputs the gradient of max(x + z, 0)", {
  inputs: { x: { shape, values: noise(shape, "x") }, z: { shape, values: noise(shape, "z") } },
  run: ({ x, z }) => addRelu(x, z),
  slots: false,
  reference: ({ x, z, dy }) => {
    const sum = x.map((value, i) => value + z[i]);
    const gradient = dy.map((value, i) => sum[i] > 0 ? value : 0);
    return { y: sum.map((value) => Math.max(value, 0)), dx: gradient, dz: gradient };
  },
});
