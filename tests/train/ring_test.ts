import { assertEquals, assertThrows } from "@std/assert";
import { tensorOf } from "../../src/core/tensor.ts";
import { RING_SLOT, STEP_SCALARS } from "../../src/optim/step_scalars.ts";
import { ring, sum } from "../../src/train/ring.ts";
import { gpuTest } from "../rings.ts";
import { testDevice } from "./small_run.ts";

gpuTest("ring() keeps each step's loss and right answers until it is restarted", async () => {
  const device = await testDevice();
  const results = ring(device, 3, 2);
  await device.scope(async () => {
    const logits = tensorOf(device, [3, 2, 1, 0, 0, 5, 1, 0], [2, 4]);
    for (const [labels, loss] of [[[0, 0], .5], [[0, 1], 2]] as const) {
      const scalars = new Array(STEP_SCALARS).fill(NaN);
      scalars[RING_SLOT] = results.advance();
      const labelled = tensorOf(device, labels, [2], "u32"), mean = tensorOf(device, [loss], [1]);
      results.tally(logits, labelled, mean, tensorOf(device, scalars, [STEP_SCALARS]));
    }
    assertEquals(await results.steps(), [
      { loss: .5, rows: 2, top1: .5, top5: 1 },
      { loss: 2, rows: 2, top1: 1, top5: 1 },
    ]);
    assertEquals(await results.total(), { loss: 1.25, rows: 4, top1: .75, top5: 1 });
    assertThrows(() => results.advance(), RangeError, "the ring has 2 slots: restart it first");
    results.restart();
    assertEquals(await results.steps(), []);
  });
  results.free();
});

Deno.test("sum() weighs steps by their rows", () => {
  const total = sum([{ loss: 1, rows: 1, top1: 1, top5: 1 }, { loss: 4, rows: 3, top1: 0, top5: 1 }]);
  assertEquals(total, { loss: 3.25, rows: 4, top1: .25, top5: 1 });
});
