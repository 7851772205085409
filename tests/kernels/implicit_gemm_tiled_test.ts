import { assert, assertEquals } from "@std/assert";
import { GEMM_TILES, implicitGemmTiled, statisticsChunks } from "../../kernels/implicit_gemm_tiled.ts";
import type { ElementType } from "../../kernels/lib/source.ts";
import { transposeFilter } from "../../kernels/transpose_filter.ts";
import { kernel } from "../../src/core/kernel.ts";
import { empty, tensorOf } from "../../src/core/tensor.ts";
import { expectClose, testDevice, tolerance } from "../ops/op_case.ts";
import * as reference from "../reference/conv2d.ts";
import { gpuTest } from "../rings.ts";
import { blank, dgradAxesOf, forwardOptions, mergeChunks, shapesOf, stored } from "./conv_case.ts";

const gemm = kernel("implicit_gemm_tiled", implicitGemmTiled);
const transpose = kernel("transpose_filter", transposeFilter);

/** Random x and w of a forward product, and y as its definition reads. */
function forwardCase(shape: reference.ConvShape, type: ElementType = "f32") {
  const x = stored(type, shapesOf(shape).x, "x");
  const w = stored(type, shapesOf(shape).w, "w", (shape.r * shape.s * shape.c) ** -0.5);
  return { x, w, y: reference.conv2d(x, w, shape) };
}

/** Registers a test of the forward product, with a step for each tile. */
function forwardTest(name: string, type: ElementType, shape: reference.ConvShape, tiles = GEMM_TILES): void {
  gpuTest(name, async (context) => {
    const device = await testDevice();
    const { x, w, y } = forwardCase(shape, type), shapes = shapesOf(shape);
    let first: Float32Array | undefined;
    for (const tile of tiles) {
      await context.step(`${tile.name} in ${type}`, () =>
        device.scope(async () => {
          const run = async () => {
            const inputs = {
              x: tensorOf(device, [...x], shapes.x, type),
              w: tensorOf(device, [...w], shapes.w, type),
              y: blank(device, shapes.y, type),
            };
            gemm.run(inputs, forwardOptions(shape, tile, type));
            return await inputs.y.read();
          };
          const actual = await run();
          expectClose(tile.name, shapes.y, actual, y, tolerance(type));
          assertEquals(await run(), actual, "A second run gave other bits");
          assertEquals(actual, first ??= actual, "Another tile gave other bits");
        }));
    }
  });
}

forwardTest("implicitGemmTiled() agrees with the definition of a 3x3 convolution", "f32", {
  n: 3,
  h: 9,
  w: 11,
  c: 20,
  r: 3,
  s: 3,
  k: 68,
  stride: 1,
  padding: 1,
});
forwardTest("implicitGemmTiled() agrees with the definition of the 7x7 stem", "f16", {
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
forwardTest("implicitGemmTiled() of a 1x1 filter is a matrix product", "f32", {
  n: 5,
  h: 7,
  w: 7,
  c: 36,
  r: 1,
  s: 1,
  k: 132,
  stride: 1,
  padding: 0,
});
forwardTest("implicitGemmTiled() takes a 1x1 filter that skips pixels", "f16", {
  n: 3,
  h: 15,
  w: 13,
  c: 16,
  r: 1,
  s: 1,
  k: 36,
  stride: 2,
  padding: 0,
}, GEMM_TILES.slice(0, 2));

forwardTest("implicitGemmTiled() leaves out taps that only meet padding", "f32", {
  n: 9,
  h: 1,
  w: 3,
  c: 12,
  r: 5,
  s: 7,
  k: 20,
  stride: 1,
  padding: 3,
}, GEMM_TILES.slice(3));

/** Each parity is a product of its own; tile t does the parities t, t + 1, ..., so that each meets a sub-grid. */
function dgradTest(name: string, type: ElementType, firstTile: number, shape: reference.ConvShape): void {
  gpuTest(name, async () => {
    const device = await testDevice();
    const shapes = shapesOf(shape);
    const dy = stored(type, shapes.y, "dy"), w = stored(type, shapes.w, "w", 0.1);
    await device.scope(async () => {
      const dx = blank(device, shapes.x, type);
      const inputs = {
        x: tensorOf(device, [...dy], shapes.y, type),
        w: empty(device, [shape.r, shape.s, shape.k, shape.c], type),
        y: dx,
      };
      const filter = { w: tensorOf(device, [...w], shapes.w, type), transposed: inputs.w };
      transpose.run(filter, {
        type,
        taps: shape.r * shape.s,
        channels: shape.c,
        outputs: shape.k,
        groups: 1,
      });
      dgradAxesOf(shape).forEach((axes, i) => {
        const tile = GEMM_TILES[(firstTile + i) % GEMM_TILES.length];
        const sizes = { type, batch: shape.n, channels: shape.k, outputs: shape.c, bias: false };
        gemm.run(inputs, { ...sizes, ...axes, tile });
      });
      expectClose("dx", shapes.x, await dx.read(), reference.conv2dDx(dy, w, shape), tolerance(type));
    });
  });
}

const strided = { n: 3, h: 15, w: 12, c: 72, r: 3, s: 3, k: 12, stride: 2, padding: 1 };
dgradTest("implicitGemmTiled() returns dx for stride 2", "f32", 0, strided);
dgradTest("implicitGemmTiled() returns dx for stride 2 with every tile at another parity", "f16", 2, strided);
dgradTest("implicitGemmTiled() writes zeros where no tap reaches", "f32", 1, {
  ...strided,
  r: 1,
  s: 1,
  padding: 0,
});

gpuTest("implicitGemmTiled() gives the statistics of channels whose mean is large", async (context) => {
  const device = await testDevice();
  const shape = { n: 3, h: 11, w: 7, c: 8, r: 3, s: 3, k: 76, stride: 1, padding: 1 };
  const { x, w, y } = forwardCase(shape), shapes = shapesOf(shape), rows = y.length / shape.k;
  const bias = Array.from({ length: shape.k }, (_, k) => k % 3 === 0 ? 1000 : k / 8);
  const shifted = y.map((value, i) => value + bias[i % shape.k]);
  for (const tile of GEMM_TILES.filter(({ name }) => name !== "128x64")) { // half a 128x128, and slow to compile
    await context.step(tile.name, () =>
      device.scope(async () => {
        const options = { ...forwardOptions(shape, tile), bias: true, statistics: true };
        const chunks = statisticsChunks(options, tile);
        const outputs = { y: blank(device, shapes.y), partial: blank(device, [chunks, 4, shape.k]) };
        const inputs = {
          x: tensorOf(device, [...x], shapes.x),
          w: tensorOf(device, [...w], shapes.w),
          bias: tensorOf(device, bias, [shape.k]),
        };
        gemm.run({ ...inputs, ...outputs }, options);
        expectClose("y", shapes.y, await outputs.y.read(), shifted, tolerance("f32"));
        mergeChunks(await outputs.partial.read(), chunks, shape.k).forEach((actual, k) => {
          const channel = shifted.filter((_, i) => i % shape.k === k);
          const mean = channel.reduce((sum, value) => sum + value, 0) / rows;
          const variance = channel.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
          assertEquals(actual.rows, rows);
          assert(
            Math.abs(actual.mean - mean) <= 1e-6 * Math.max(1, mean),
            `mean ${actual.mean}, not ${mean}`,
          );
          const share = Math.abs(actual.variance - variance) / variance; // y itself is rounded at 1000 by 3e-5
          assert(share <= 1e-5, `channel ${k} has the variance ${actual.variance}, not ${variance}`);
        });
      }));
  }
});

gpuTest("implicitGemmTiled() of long sums loses no more digits than PyTorch does", async (context) => {
  const device = await testDevice();
  const shape = { n: 1, h: 6, w: 6, c: 512, r: 3, s: 3, k: 16, stride: 1, padding: 0 };
  const { x, w, y } = forwardCase(shape), shapes = shapesOf(shape);
  const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
  for (const tile of GEMM_TILES.slice(0, 2)) {
    await context.step(tile.name, () =>
      device.scope(async () => {
        const output = blank(device, shapes.y);
        const inputs = { x: tensorOf(device, [...x], shapes.x), w: tensorOf(device, [...w], shapes.w) };
        gemm.run({ ...inputs, y: output }, forwardOptions(shape, tile));
        const actual = await output.read();
        const error = Math.sqrt(squares(y.map((value, i) => actual[i] - value)) / squares(y));
        assert(error <= 4e-7, `the root mean square error of 4608 products is ${error}`); // 2^-24 is 6e-8
      }));
  }
});
