import { assertEquals } from "@std/assert";
import { transposeFilter } from "../../kernels/transpose_filter.ts";
import { kernel } from "../../src/core/kernel.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { testDevice } from "../ops/op_case.ts";
import { gpuTest } from "../rings.ts";
import { blank, stored } from "./conv_case.ts";

const transpose = kernel("transpose_filter", transposeFilter);

for (
  const [taps, channels, outputs, type] of [[9, 20, 12, "f32"], [1, 4, 516, "f16"], [
    49,
    8,
    4,
    "f32",
  ]] as const
) {
  gpuTest(
    `transposeFilter() swaps the channels of ${taps} taps, ${channels} by ${outputs} in ${type}`,
    async () => {
      const device = await testDevice();
      const values = stored(type, [taps, channels, outputs], "w");
      await device.scope(async () => {
        const w = tensorOf(device, [...values], [taps, channels, outputs], type);
        const transposed = blank(device, [taps, outputs, channels], type);
        transpose.run({ w, transposed }, { type, taps, channels, outputs });
        const expected = Float32Array.from({ length: values.length }, (_, i) => {
          const c = i % channels, k = Math.floor(i / channels) % outputs;
          const tap = Math.floor(i / channels / outputs);
          return values[(tap * channels + c) * outputs + k];
        });
        assertEquals(await transposed.read(), expected);
      });
    },
  );
}
