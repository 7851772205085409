/** What can be told of the tiled convolution kernels without a GPU: their code and grids, and which tiles to try. */
import { assert, assertEquals } from "@std/assert";
import {
  conv2dWgradTiled,
  tiledWgradSlices,
  WGRAD_TILES,
  wgradTileFits,
} from "../../kernels/conv2d_wgrad_tiled.ts";
import { registerTiles } from "../../kernels/implicit_gemm.ts";
import { GEMM_TILES, gemmTileFits, implicitGemmTiled } from "../../kernels/implicit_gemm_tiled.ts";
import type { ConvShape } from "../reference/conv2d.ts";
import { forwardOptions, wgradOptions } from "./conv_case.ts";

const block = { n: 64, h: 56, w: 56, c: 64, r: 3, s: 3, k: 64, stride: 1, padding: 1 };

Deno.test("implicitGemmTiled() shares its code between batch sizes", () => {
  for (const tile of GEMM_TILES) {
    const codes = [1, 3, 64].map((n) => implicitGemmTiled(forwardOptions({ ...block, n }, tile)).code);
    assertEquals(new Set(codes).size, 1);
  }
});

Deno.test("implicitGemmTiled() folds a grid that is too long for one axis", () => {
  const [columns, rows, layers] =
    implicitGemmTiled(forwardOptions({ ...block, n: 1400 }, GEMM_TILES[0])).workgroups;
  assertEquals([columns, layers], [1, 2]);
  assert(rows <= 65535 && rows * layers >= 1400 * 56 * 56 / 64);
});

Deno.test("implicitGemmTiled() of a 1x1 filter knows of no taps", () => {
  const { code } = implicitGemmTiled(forwardOptions({ ...block, r: 1, s: 1, padding: 0 }, GEMM_TILES[0]));
  assert(!/tap|top|left/.test(code));
});

Deno.test("gemmTileFits() leaves out tiles that would be half empty or would cut a large product small", () => {
  const fitting = (shape: ConvShape) =>
    GEMM_TILES.filter((tile) => gemmTileFits(forwardOptions(shape, tile), tile)).map(({ name }) => name);
  assertEquals(fitting(block), ["64x64", "128x64"]);
  assertEquals(fitting({ ...block, k: 256 }), ["64x64", "128x64", "128x128"]);
  assertEquals(fitting({ ...block, h: 7, w: 7, c: 512, k: 512 }), ["64x64", "128x64", "128x128", "64x32"]);
  assertEquals(fitting({ ...block, k: 16 }), ["64x32"]);
  assertEquals(fitting({ ...block, n: 8, h: 1, w: 1, r: 1, s: 1, padding: 0, k: 1000 }), ["64x32"]);
});

Deno.test("conv2dWgradTiled() shares its code between batch sizes", () => {
  for (const tile of WGRAD_TILES) {
    const codes = [1, 3, 64].map((n) => conv2dWgradTiled(wgradOptions({ ...block, n }, tile)).code);
    assertEquals(new Set(codes).size, 1);
  }
});

Deno.test("tiledWgradSlices() keeps the partial sums within 32 MiB", () => {
  for (const c of [4, 64, 128, 256, 512]) {
    const options = wgradOptions({ ...block, c, k: Math.max(64, c) }, WGRAD_TILES[0]);
    const slices = tiledWgradSlices(options), bytes = 9 * c * options.outputs * 4;
    assert(slices > 1 && slices * bytes <= 2 ** 25, `dw of ${bytes} bytes is in ${slices} slices`);
  }
});

Deno.test("wgradTileFits() leaves out tiles that would be half empty", () => {
  const fitting = (shape: ConvShape) =>
    WGRAD_TILES.filter((tile) => wgradTileFits(wgradOptions(shape, tile), tile)).map(({ name }) => name);
  assertEquals(fitting(block), ["128x64", "64x64"]);
  assertEquals(fitting({ ...block, c: 128, k: 128 }), ["128x128", "128x64", "64x64"]);
  assertEquals(fitting({ ...block, c: 4, k: 16 }), ["64x64"]);
});

Deno.test("registerTiles() has as many sums a thread as asked for, and twice as many in its second tile", () => {
  const first = (shape: ConvShape, sums: number) => {
    const [tile, second] = registerTiles(forwardOptions(shape, GEMM_TILES[0]), sums);
    assertEquals(second, { ...tile, images: 2 * tile.images });
    return [tile.images, tile.pixels, tile.vectors];
  };
  assertEquals(first({ ...block, h: 8, w: 8 }, 32), [4, 8, 2]);
  assertEquals(first({ ...block, h: 8, w: 8 }, 8), [1, 8, 2]);
  assertEquals(first({ ...block, h: 2, w: 2 }, 32), [16, 2, 2]);
  assertEquals(first({ ...block, h: 2, w: 2 }, 8), [4, 2, 2]);
  assertEquals(first({ ...block, r: 1, s: 1, padding: 0, k: 128 }, 32), [4, 2, 4]);
  assertEquals(first({ ...block, r: 1, s: 1, padding: 0, k: 128 }, 8), [1, 2, 4]);
});
