import { assertThrows } from "@std/assert";
import { tensorOf } from "../../src/core/tensor.ts";
import { linear } from "../../src/ops/linear.ts";
import { permute } from "../reference/layout.ts";
import { linear as reference, linearGradients } from "../reference/linear.ts";
import { gpuTest } from "../rings.ts";
import { noise, opTest, testDevice } from "./op_case.ts";

for (const [n, c, k] of [[5, 20, 12], [13, 36, 100], [150, 12, 4], [1, 512, 8]]) {
  const sizes = { n, c, k };
  opTest(`linear() returns y, dx, dw and db for ${n} rows, ${c} inputs and ${k} outputs`, {
    inputs: {
      x: { shape: [n, c], values: noise([n, c], "x") },
      w: { shape: [c, k], values: noise([c, k], "w") },
      b: { shape: [k], values: noise([k], "b"), dtype: "f32" },
    },
    run: ({ x, w, b }) => linear(x, w, b),
    reference: ({ x, w, b, dy }) => {
      const rows = permute(w, [c, k], [1, 0]); // [K, C], as the reference has it
      const { dx, dw, db } = linearGradients(x, rows, dy, sizes);
      return { y: reference(x, rows, b, sizes), dx, dw: permute(dw, [k, c], [1, 0]), db };
    },
  });
}

gpuTest("linear() says which shape or type does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const zeros = (shape: number[], dtype: "f32" | "f16" = "f32") =>
      tensorOf(device, new Array(shape.reduce((a, b) => a * b)).fill(0), shape, dtype);
    const x = zeros([2, 8]), w = zeros([8, 4]), b = zeros([4]);
    assertThrows(() => linear(zeros([2, 6]), w, b), TypeError, "x [2, 6] must have the axes [N, C]");
    assertThrows(
      () => linear(x, zeros([4, 8]), b),
      TypeError,
      "weight [4, 8] must have the axes [C, K], C = 8",
    );
    assertThrows(() => linear(x, zeros([8, 4], "f16"), b), TypeError, "weight [8, 4] f16 must");
    assertThrows(() => linear(x, w, zeros([8])), TypeError, "bias must be [K] = [4], current shape is [8]");
    assertThrows(() => linear(x, w, zeros([4], "f16")), TypeError, "bias [4] f16 must be f32");
  });
});
