/** Op tests of convolutions, of one shape or of random ones. */
import type { ElementType } from "../../kernels/lib/source.ts";
import { elements } from "../../src/base/shape.ts";
import { rng } from "../../src/base/rng.ts";
import { conv2d } from "../../src/ops/conv2d.ts";
import * as reference from "../reference/conv2d.ts";
import { noise, opTest } from "./op_case.ts";

/**
 * Registers the op test of one convolution. Types differ in how kernels load and store, not in which pixels and taps
 * they meet: what is about these alone runs in one type.
 */
export function convTest(name: string, shape: reference.ConvShape, types?: readonly ElementType[]): void {
  const { n, h, w, c, stride, padding, groups = 1 } = shape;
  const x = [n, h, w, c], filter = reference.filterShape(shape), products = elements(filter.slice(0, 3));
  opTest(name, {
    inputs: {
      x: { shape: x, values: noise(x, "x") },
      w: { shape: filter, values: noise(filter, "w").map((value) => value / Math.sqrt(products)) },
    },
    run: (inputs) => conv2d(inputs.x, inputs.w, { stride, padding, groups }),
    reference: (values) => ({
      y: reference.conv2d(values.x, values.w, shape),
      dx: reference.conv2dDx(values.dy, values.w, shape),
      dw: reference.conv2dDw(values.x, values.dy, shape),
    }),
    ...(types && { types }),
  });
}

/** Registers the op tests of `count` random convolutions, in each type by turns. */
export function drawnConvTests(count: number, seed: number): void {
  const draw = rng(seed, "conv2d shapes");
  for (let i = 0; i < count; i++) {
    const r = 1 + draw.integer(4), s = 1 + draw.integer(4), padding = draw.integer(Math.min(r, s));
    const shape = {
      n: 1 + draw.integer(3),
      h: 4 + draw.integer(11),
      w: 4 + draw.integer(11),
      c: 4 * (1 + draw.integer(6)),
      r,
      s,
      k: 4 * (1 + draw.integer(6)),
      stride: 1 + draw.integer(3),
      padding,
    };
    const name = `conv2d() agrees with its definition on drawn shape ${i}: ${JSON.stringify(shape)}`;
    convTest(name, shape, [i % 2 === 0 ? "f32" : "f16"]);
  }
}
