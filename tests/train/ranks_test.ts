import { assert, assertEquals } from "@std/assert";
import { gpuTest } from "../rings.ts";
import { assertSame, recordsOf, requireSameTraining, train } from "./ranked_run.ts";
import { testDevice } from "./small_run.ts";

gpuTest("2 ranks with sync_batchnorm train as one does, and twice with the same bits", async () => {
  const device = await testDevice();
  const [one] = await train(device, { size: 1 });
  const ranks = await train(device, { size: 2 });
  assertEquals(one.losses.length, 5);
  assert(one.losses[0] - one.losses[3] > .1, `it learns: ${one.losses}`);
  requireSameTraining(ranks, one);
  const again = await train(device, { size: 2 });
  again.forEach((outcome, rank) => {
    assertEquals(outcome.losses, ranks[rank].losses);
    assertEquals(recordsOf(outcome), recordsOf(ranks[rank]));
    assertSame(outcome.values, ranks[rank].values);
    assertSame(outcome.statistics, ranks[rank].statistics);
  });
});
