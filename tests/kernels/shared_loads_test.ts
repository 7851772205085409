/** Products in registers whose lanes share loads: the bits of those whose lanes do not. */
import { assert, assertEquals } from "@std/assert";
import { conv2dWgrad } from "../../kernels/conv2d_wgrad.ts";
import { implicitGemm } from "../../kernels/implicit_gemm.ts";
import type { KernelSource } from "../../kernels/lib/source.ts";
import type { Tile } from "../../kernels/lib/tile.ts";
import { kernel } from "../../src/core/kernel.ts";
import { type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { testDevice } from "../ops/op_case.ts";
import { gpuTest } from "../rings.ts";
import { blank, forwardOptions, shapesOf, stored, wgradOptions } from "./conv_case.ts";

const SHAPE = { n: 3, h: 4, w: 5, c: 8, r: 3, s: 3, k: 64, stride: 1, padding: 1 };
const shapes = shapesOf(SHAPE), operands = "texture";
const multiply = kernel("product", (source: KernelSource) => source);

function forward(k: number, sharesLoads: boolean): KernelSource {
  const tile = { images: 2, pixels: 3, vectors: 2 };
  return implicitGemm({ ...forwardOptions({ ...SHAPE, k }, {} as Tile), tile, operands, sharesLoads });
}

function wgrad(k: number, sharesLoads: boolean): KernelSource {
  const tile = { pixels: 2, inputs: 2, vectors: 2 };
  return conv2dWgrad({
    ...wgradOptions({ ...SHAPE, k }, {} as Tile),
    tile,
    operands,
    slices: 1,
    sharesLoads,
  });
}

Deno.test("lanes share loads only where all of a subgroup need the same", () => {
  const shares = ({ code }: KernelSource) => code.includes("subgroupBroadcast");
  for (const source of [forward, wgrad]) {
    assertEquals([64, 68, 60].map((k) => shares(source(k, true))), [true, false, false]);
    assert(!shares(source(64, false)));
  }
});

gpuTest("products whose lanes share loads have the same bits", async () => {
  const device = await testDevice();
  if (!device.sharesLanes) return console.log("ignored: the adapter's lanes share nothing");
  await device.scope(async () => {
    const upload = (name: "x" | "w" | "y") =>
      tensorOf(device, [...stored("f32", shapes[name], name)], shapes[name]);
    const x = upload("x"), w = upload("w"), dy = upload("y");
    const run = async (tensors: Record<string, Tensor>, result: string, source: KernelSource) => {
      multiply.run(tensors, source);
      return await tensors[result].read();
    };
    const y = (sharesLoads: boolean) =>
      run({ x, w, y: blank(device, shapes.y) }, "y", forward(64, sharesLoads));
    const dw = (sharesLoads: boolean) =>
      run({ x, dy, partial: blank(device, [1, ...shapes.w]) }, "partial", wgrad(64, sharesLoads));
    for (const result of [y, dw]) {
      const [own, sharing] = [await result(false), await result(true)];
      assert(own.every(Number.isFinite));
      assertEquals(sharing, own);
    }
  });
});
