import { assertEquals } from "@std/assert";
import { transposeFilter } from "../../kernels/transpose_filter.ts";
import { kernel } from "../../src/core/kernel.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { testDevice } from "../ops/op_case.ts";
import { gpuTest } from "../rings.ts";
import { blank, stored } from "./conv_case.ts";

const transpose = kernel("transpose_filter", transposeFilter);

const cases = [[9, 20, 12, 1, "f32"], [1, 4, 516, 1, "f16"], [49, 8, 4, 1, "f32"], [
  9,
  24,
  36,
  3,
  "f16",
]] as const;

for (const [taps, channels, outputs, groups, type] of cases) {
  gpuTest(
    `transposeFilter() swaps the channels of ${taps} taps, ${channels} by ${outputs} in ${groups} groups in ${type}`,
    async () => {
      const device = await testDevice();
      const shape = [taps, channels / groups, outputs], values = stored(type, shape, "w");
      await device.scope(async () => {
        const w = tensorOf(device, [...values], shape, type);
        const transposed = blank(device, [taps, outputs / groups, channels], type);
        transpose.run({ w, transposed }, { type, taps, channels, outputs, groups });
        const ofC = channels / groups, ofK = outputs / groups;
        const expected = Float32Array.from({ length: values.length }, (_, i) => {
          const c = i % channels, k = Math.floor(i / channels) % ofK + Math.floor(c / ofC) * ofK;
          const tap = Math.floor(i / channels / ofK);
          return values[(tap * ofC + c % ofC) * outputs + k];
        });
        assertEquals(await transposed.read(), expected);
      });
    },
  );
}
