import { relu } from "../../src/ops/relu.ts";
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
