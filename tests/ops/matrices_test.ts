import { assert } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { gramOfColumns, gramOfRows, matmul } from "../../src/ops/matrices.ts";
import { difference } from "../reference/compare.ts";
import { randomNormal } from "../reference/random.ts";
import { gpuTest } from "../rings.ts";
import { testDevice } from "./op_case.ts";

/** x [n, c] times w [c, k] in float64. */
function product(x: ArrayLike<number>, w: ArrayLike<number>, [n, c, k]: readonly number[]): Float64Array {
  return Float64Array.from({ length: n * k }, (_, at) => {
    const row = Math.floor(at / k), column = at % k;
    let sum = 0;
    for (let i = 0; i < c; i++) sum += x[row * c + i] * w[i * k + column];
    return sum;
  });
}

/** x [n, c] as [c, n]. */
const turned = (x: Float32Array, n: number, c: number) => x.map((_, i) => x[(i % n) * c + Math.floor(i / n)]);

for (const [n, c, k] of [[76, 12, 20], [4, 36, 132], [160, 8, 4]]) {
  gpuTest(`matmul(), gramOfColumns() and gramOfRows() of [${n}, ${c}] are the float64 products`, async () => {
    const device = await testDevice();
    const x = randomNormal(rng(1, "x", n), n * c), w = randomNormal(rng(2, "w", n), c * k);
    await device.scope(async () => {
      const matrix = tensorOf(device, x, [n, c]), other = tensorOf(device, w, [c, k]);
      const cases = [
        ["matmul", matmul(matrix, other), product(x, w, [n, c, k])],
        ["gramOfColumns", gramOfColumns(matrix), product(turned(x, n, c), x, [c, n, c])],
        ["gramOfRows", gramOfRows(matrix), product(x, turned(x, n, c), [n, c, n])],
      ] as const;
      for (const [name, tensor, expected] of cases) {
        const worst = { op: name, name: "y", actual: await tensor.read(), expected, tolerance: 2e-6 };
        assert(difference(worst).share <= 1, `${name}: ${JSON.stringify(difference(worst))}`);
      }
    });
  });
}
