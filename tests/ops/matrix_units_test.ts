/**
 * Products on matrix units: shapes that fill every tile and that none divides. The software adapters of the system have
 * no matrix units; `deno task test:matrix` runs this ring on one that has, of f16 and, with `WGRAD_MATMUL=split`, of f32
 * that is split.
 */
import { assert } from "@std/assert";
import { findMatrixUnit } from "../../src/core/matrix_unit.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { matmul } from "../../src/ops/matrices.ts";
import { gpuTest, testGpu, testMatmul } from "../rings.ts";
import { expectClose, noise, testDevice } from "./op_case.ts";
import { variantsTest } from "./variants.ts";

const adapter = await testGpu().then((gpu) => gpu.requestAdapter()).catch(() => null);
const type = testMatmul === "split" ? "f32" : "f16";

if (adapter && "unit" in findMatrixUnit(adapter)) {
  variantsTest("every tile of a 3x3 convolution on matrix units agrees with the definition", type, {
    n: 5,
    h: 9,
    w: 11,
    c: 24,
    r: 3,
    s: 3,
    k: 136,
    stride: 1,
    padding: 1,
  });
  variantsTest("every tile of the stem on matrix units agrees", type, {
    n: 2,
    h: 37,
    w: 29,
    c: 4,
    r: 7,
    s: 7,
    k: 68,
    stride: 2,
    padding: 3,
  });
}

if (testMatmul === "split") {
  const [n, c, k] = [20, 300, 36];

  /** x w with x multiplied by `scale`, and the same in float64. */
  const product = async (scale: number, change: (x: Float32Array) => void = () => {}) => {
    const x = Float32Array.from(noise([n, c], "x"), (value) => value * scale);
    const w = Float32Array.from(noise([c, k], "w"));
    change(x);
    const device = await testDevice();
    const actual = await device.scope(() =>
      matmul(tensorOf(device, x, [n, c]), tensorOf(device, w, [c, k])).read()
    );
    const expected = Float64Array.from({ length: n * k }, (_, i) => {
      const row = Math.floor(i / k);
      return x.subarray(row * c, row * c + c).reduce((sum, value, at) => sum + value * w[at * k + i % k], 0);
    });
    return { actual, expected };
  };

  for (const scale of [1e-33, 1e-8, 1e30]) {
    gpuTest(`split products of values around ${scale} keep their digits`, async () => {
      const { actual, expected } = await product(scale);
      expectClose("y", [n, k], actual, expected, 1e-6);
    });
  }

  gpuTest("split products of a row 10,000 times smaller than the largest keep their digits", async () => {
    const { actual, expected } = await product(
      1,
      (x) => x.subarray(c).forEach((value, i) => x[c + i] = value / 1e4),
    );
    expectClose("y", [n - 1, k], actual.subarray(k), expected.subarray(k), 1e-6);
  });

  for (const value of [NaN, Infinity, -Infinity]) {
    gpuTest(`split products of ${value} are not finite`, async () => {
      const { actual } = await product(1, (x) => x[7] = value);
      assert(actual.subarray(0, k).every((result) => !Number.isFinite(result)), actual.join(" "));
    });
  }
}
