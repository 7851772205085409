/** Several ranks against one, over 20 steps. */
import { assert, assertEquals } from "@std/assert";
import { gpuTest } from "../rings.ts";
import { requireSameTraining, train } from "../train/ranked_run.ts";
import { testDevice } from "../train/small_run.ts";

gpuTest("1 rank against 2 and 3 with sync_batchnorm, over 20 steps", async () => {
  const device = await testDevice();
  const [one] = await train(device, { size: 1, epochs: 4 });
  assertEquals(one.losses.length, 20);
  assert(one.losses[0] - one.losses[18] > .5, `it learns: ${one.losses}`);
  for (const size of [2, 3]) requireSameTraining(await train(device, { size, epochs: 4 }), one);
});
