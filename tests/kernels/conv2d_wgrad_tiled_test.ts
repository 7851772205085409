import { assertEquals } from "@std/assert";
import { conv2dWgradTiled, tiledWgradSlices, WGRAD_TILES } from "../../kernels/conv2d_wgrad_tiled.ts";
import type { ElementType } from "../../kernels/lib/source.ts";
import { splitSum } from "../../kernels/split_sum.ts";
import { kernel } from "../../src/core/kernel.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { expectClose, testDevice, tolerance } from "../ops/op_case.ts";
import * as reference from "../reference/conv2d.ts";
import { gpuTest } from "../rings.ts";
import { blank, shapesOf, stored, wgradOptions } from "./conv_case.ts";

const wgrad = kernel("conv2d_wgrad_tiled", conv2dWgradTiled);
const sumSlices = kernel("split_sum", splitSum);

/** Registers a test of dw, with a step for each tile; `slices` is how many it must be split into. */
function wgradTest(
  name: string,
  type: ElementType,
  slices: number,
  shape: reference.ConvShape,
  tiles = WGRAD_TILES,
): void {
  gpuTest(name, async (context) => {
    const device = await testDevice();
    const shapes = shapesOf(shape);
    const x = stored(type, shapes.x, "x"), dy = stored(type, shapes.y, "dy");
    const expected = reference.conv2dDw(x, dy, shape);
    let first: Float32Array | undefined;
    for (const tile of tiles) {
      await context.step(`${tile.name} in ${type}`, () =>
        device.scope(async () => {
          const options = wgradOptions(shape, tile, type);
          assertEquals(tiledWgradSlices(options), slices);
          const run = async () => {
            const partial = blank(device, [slices, ...shapes.w]), sum = blank(device, shapes.w);
            const inputs = {
              x: tensorOf(device, [...x], shapes.x, type),
              dy: tensorOf(device, [...dy], shapes.y, type),
            };
            wgrad.run({ ...inputs, partial }, options);
            sumSlices.run({ partial, sum }, { type: "f32", count: sum.size });
            return await sum.read();
          };
          const actual = await run();
          expectClose(tile.name, shapes.w, actual, expected, tolerance("f32"));
          assertEquals(await run(), actual, "A second run gave other bits");
          assertEquals(actual, first ??= actual, "Another tile gave other bits");
        }));
    }
  });
}

wgradTest("conv2dWgradTiled() agrees with the definition of dw for a 3x3 filter", "f32", 3, {
  n: 5,
  h: 13,
  w: 13,
  c: 20,
  r: 3,
  s: 3,
  k: 68,
  stride: 1,
  padding: 1,
});
wgradTest("conv2dWgradTiled() agrees with the definition of dw for the 7x7 stem", "f16", 1, {
  n: 1,
  h: 37,
  w: 29,
  c: 4,
  r: 7,
  s: 7,
  k: 64,
  stride: 2,
  padding: 3,
});
wgradTest("conv2dWgradTiled() of a 1x1 filter is a matrix product", "f16", 2, {
  n: 3,
  h: 13,
  w: 15,
  c: 36,
  r: 1,
  s: 1,
  k: 132,
  stride: 1,
  padding: 0,
});
wgradTest("conv2dWgradTiled() returns dw for a 3x3 filter with stride 2 over few pixels", "f32", 1, {
  n: 3,
  h: 6,
  w: 3,
  c: 12,
  r: 3,
  s: 3,
  k: 8,
  stride: 2,
  padding: 1,
}, WGRAD_TILES.slice(2));
