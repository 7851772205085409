/** What the rows of a step's gradients notice. */
import { assertEquals } from "@std/assert";
import type { StoredTensor } from "../../src/formats/tensor_data.ts";
import { float32 } from "../../src/formats/tensor_data.ts";
import { worstOf } from "../../src/parity/compare.ts";
import type { CaseTensors } from "../../src/parity/folder.ts";
import { gradientRow } from "../../src/parity/trajectory_gradients.ts";

const EXACT = { "conv.weight": [4, -2, .5], "bn.weight": [1e-3, 5e-4], "bn.bias": [1e-13, -2e-13] };

const exact: CaseTensors = {
  names: Object.keys(EXACT),
  get: (): StoredTensor => float32([0], new Float32Array()),
  values: (name) => EXACT[name as keyof typeof EXACT],
};

/** Whether gradients pass that differ from the exact ones by `change`. */
function passes(
  precision: "32-true" | "16-mixed",
  change: Partial<Record<keyof typeof EXACT, number>>,
  rounding = 1e-6,
  roundingF16 = 1e-3,
): boolean {
  const gradients = new Map(
    Object.entries(EXACT).map(([name, values]) => {
      const by = change[name as keyof typeof EXACT] ?? 0;
      return [name, {
        shape: [values.length],
        values: Float32Array.from(values, (v, i) => i === 1 ? v + by : v),
      }];
    }),
  );
  const row = gradientRow("step", gradients, { precision, exact, rounding, roundingF16 });
  return worstOf(row.comparisons).share <= 1;
}

Deno.test("each gradient is compared by the largest of its tensor, those of a zero tensor by the largest of all", () => {
  assertEquals(passes("32-true", {}), true);
  assertEquals([passes("32-true", { "conv.weight": 1e-4 }), passes("32-true", { "conv.weight": 3e-4 })], [
    true,
    false,
  ]);
  assertEquals([passes("32-true", { "bn.weight": 4e-8 }), passes("32-true", { "bn.weight": 6e-8 })], [
    true,
    false,
  ]);
  const beyond = { "conv.weight": 3e-4 };
  assertEquals([passes("32-true", beyond, 3e-5), passes("32-true", beyond, 4e-5)], [false, true]);
  assertEquals([passes("32-true", { "bn.bias": 1e-4 }), passes("32-true", { "bn.bias": 3e-4 })], [
    true,
    false,
  ]);
});

Deno.test("in 16-mixed the distance of the whole gradient is compared", () => {
  assertEquals([passes("16-mixed", { "conv.weight": .08 }), passes("16-mixed", { "conv.weight": .1 })], [
    true,
    false,
  ]);
  const beyond = { "conv.weight": .1 };
  assertEquals([passes("16-mixed", beyond, 0, .01), passes("16-mixed", beyond, 0, .012)], [false, true]);
  assertEquals(passes("16-mixed", { "bn.weight": NaN }), false);
});
