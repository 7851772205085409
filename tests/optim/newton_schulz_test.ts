import { assert, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { newtonSchulz } from "../../src/optim/newton_schulz.ts";
import { deviceTest } from "../core/fixtures.ts";
import { difference } from "../reference/compare.ts";
import { newtonSchulz64 } from "../reference/muon.ts";
import { randomNormal } from "../reference/random.ts";

const options = { coefficients: [3.4445, -4.775, 2.0315], steps: 5, eps: 1e-7 } as const;

for (const [rows, columns] of [[72, 8], [4, 12], [148, 68], [132, 132], [20, 260]]) {
  deviceTest(`newtonSchulz() of [${rows}, ${columns}] is the float64 iteration's`, async (device) => {
    const x = randomNormal(rng(1, "matrix", rows), rows * columns, 1e3);
    x.forEach((_, i) => x[i] *= i % columns < 3 ? 1 : 1e-3); // singular values far apart, whose rounding grows
    await device.scope(async () => {
      const { direction, inverse } = newtonSchulz(tensorOf(device, x, [rows, columns]), options);
      const [factor] = await inverse.read();
      const actual = (await direction.read()).map((value) => value * factor);
      const expected = newtonSchulz64(Float64Array.from(x), rows, columns, options);
      const worst = { op: "newton_schulz", name: "direction", actual, expected, tolerance: 1e-4 };
      assert(difference(worst).share <= 1, JSON.stringify(difference(worst)));
    });
  });
}

deviceTest("newtonSchulz() of zeros is zeros", async (device) => {
  await device.scope(async () => {
    const x = tensorOf(device, new Float32Array(96), [8, 12]);
    const { direction, inverse } = newtonSchulz(x, options);
    assertEquals(await direction.read(), new Float32Array(96));
    assert(Number.isFinite((await inverse.read())[0]));
  });
});
