import { assertEquals, assertThrows } from "@std/assert";
import { tensorOf } from "../../src/core/tensor.ts";
import { RESULTS_SLOT, STEP_SCALARS } from "../../src/optim/step_scalars.ts";
import { stepResults, sum } from "../../src/train/step_results.ts";
import { gpuTest } from "../rings.ts";
import { testDevice } from "./small_run.ts";

gpuTest("stepResults() keeps each step's loss and right answers until it is restarted", async () => {
  const device = await testDevice();
  const results = stepResults(device, 3, 2);
  await device.scope(async () => {
    const logits = tensorOf(device, [3, 2, 1, 0, 0, 5, 1, 0], [2, 4]);
    for (const [labels, loss] of [[[0, 0], .5], [[0, 1], 2]] as const) {
      const scalars = new Array(STEP_SCALARS).fill(NaN);
      scalars[RESULTS_SLOT] = results.advance();
      const target = { kind: "indices", values: tensorOf(device, labels, [2], "u32") } as const;
      const mean = tensorOf(device, [loss], [1]);
      results.tally(logits, target, mean, tensorOf(device, scalars, [STEP_SCALARS]));
    }
    assertEquals(await results.steps(), [
      { loss: .5, rows: 2, top1: .5, top5: 1 },
      { loss: 2, rows: 2, top1: 1, top5: 1 },
    ]);
    assertEquals(await results.total(), { loss: 1.25, rows: 4, top1: .75, top5: 1 });
    assertThrows(
      () => results.advance(),
      RangeError,
      "all 2 slots of the results are full; restart them first",
    );
    results.restart();
    assertEquals(await results.steps(), []);
  });
  results.free();
});

Deno.test("sum() weighs steps by their rows", () => {
  const total = sum([{ loss: 1, rows: 1, top1: 1, top5: 1 }, { loss: 4, rows: 3, top1: 0, top5: 1 }]);
  assertEquals(total, { loss: 3.25, rows: 4, top1: .25, top5: 1 });
});
