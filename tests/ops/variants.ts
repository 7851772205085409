/** Every way to compute a product on the adapter, against the definition. */
import { assert, assertEquals } from "@std/assert";
import type { ElementType } from "../../kernels/lib/source.ts";
import type { Tile } from "../../kernels/lib/tile.ts";
import { kernel } from "../../src/core/kernel.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { largestMagnitudes, productVariants, weightGradientVariants } from "../../src/ops/products.ts";
import { blank, forwardOptions, mergeChunks, shapesOf, stored, wgradOptions } from "../kernels/conv_case.ts";
import * as reference from "../reference/conv2d.ts";
import { gpuTest } from "../rings.ts";
import { expectClose, testDevice, tolerance } from "./op_case.ts";

type Variants = ReturnType<typeof productVariants>;
const multiply = kernel("variant", (variant: Variants[number]) => variant.source());

/** conv_case.ts asks for a tile, which variants bring along. */
const NO_TILE = {} as Tile;

/** Registers a test of every variant of a layer's products on this adapter: right, and of the same bits. */
export function variantsTest(name: string, type: ElementType, shape: reference.ConvShape): void {
  gpuTest(name, async (context) => {
    const device = await testDevice();
    const shapes = shapesOf(shape), { k } = shape;
    const x = stored(type, shapes.x, "x"), dy = stored(type, shapes.y, "dy");
    const w = stored(type, shapes.w, "w", (shape.r * shape.s * shape.c / (shape.groups ?? 1)) ** -0.5);
    const y = reference.conv2d(x, w, shape), dw = reference.conv2dDw(x, dy, shape);
    const options = { ...forwardOptions(shape, NO_TILE, type), statistics: true };
    const bits: Record<string, Float32Array> = {};
    for (const variant of productVariants(device, options)) {
      await context.step(`forward ${variant.name} in ${type}`, () =>
        device.scope(async () => {
          const operands = {
            x: tensorOf(device, [...x], shapes.x, type),
            w: tensorOf(device, [...w], shapes.w, type),
          };
          const tensors = {
            ...operands,
            y: blank(device, shapes.y, type),
            partial: blank(device, [variant.parts, 4, k]),
          };
          multiply.run({ ...tensors, ...largestMagnitudes(device, options, operands) }, variant);
          const actual = await tensors.y.read();
          expectClose("y", shapes.y, actual, y, tolerance(type));
          assertEquals(actual, bits.y ??= actual, "Another tile gave other bits");
          checkStatistics(await tensors.partial.read(), variant.parts, k, y);
        }));
    }
    const wgrad = wgradOptions(shape, NO_TILE, type);
    for (const variant of weightGradientVariants(device, wgrad)) {
      await context.step(`wgrad ${variant.name} in ${type}`, () =>
        device.scope(async () => {
          const operands = {
            x: tensorOf(device, [...x], shapes.x, type),
            dy: tensorOf(device, [...dy], shapes.y, type),
          };
          const results = { partial: blank(device, [variant.parts, ...shapes.w]) };
          multiply.run({ ...operands, ...results, ...largestMagnitudes(device, wgrad, operands) }, variant);
          const partial = await results.partial.read();
          assertEquals(partial, bits.dw ??= partial, "Another tile gave other bits");
          const sum = Float64Array.from(dw, (_, i) => {
            let total = 0;
            for (let slice = 0; slice < variant.parts; slice++) total += partial[slice * dw.length + i];
            return total;
          });
          expectClose("dw", shapes.w, Float32Array.from(sum), dw, tolerance("f32"));
        }));
    }
  });
}

/** Compares merged chunks with the mean and variance of y [rows, k], which is not rounded to its type. */
function checkStatistics(partial: Float32Array, chunks: number, k: number, y: Float64Array): void {
  const rows = y.length / k;
  mergeChunks(partial, chunks, k).forEach((actual, channel) => {
    const values = y.filter((_, i) => i % k === channel);
    const mean = values.reduce((sum, value) => sum + value, 0) / rows;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    assertEquals(actual.rows, rows);
    assert(
      Math.abs(actual.mean - mean) <= 1e-6,
      `channel ${channel} has the mean ${actual.mean}, not ${mean}`,
    );
    const share = Math.abs(actual.variance - variance) / variance;
    assert(share <= 1e-5, `channel ${channel} has the variance ${actual.variance}, not ${variance}`);
  });
}
