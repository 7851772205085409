/** Several ranks against one, over 20 steps. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { InterruptedError } from "../../src/base/errors.ts";
import { decodeSnapshot } from "../../src/train/snapshot.ts";
import { gpuTest } from "../rings.ts";
import { assertSame, requireSameTraining, stopping, train } from "../train/ranked_run.ts";
import { testDevice } from "../train/small_run.ts";

gpuTest("1 rank against 2 and 3 with sync_batchnorm, over 20 steps", async () => {
  const device = await testDevice();
  const [one] = await train(device, { size: 1, epochs: 4 });
  assertEquals(one.losses.length, 20);
  assert(one.losses[0] - one.losses[18] > .5, `it learns: ${one.losses}`);
  for (const size of [2, 3]) requireSameTraining(await train(device, { size, epochs: 4 }), one);
});

gpuTest("a run on 2 ranks resumes on one and on 3, and is the one that one rank trains", async () => {
  const device = await testDevice(), epochs = 3;
  const [one] = await train(device, { size: 1, epochs });
  const saved: Uint8Array[] = [];
  const stopped = train(device, { size: 2, epochs, ...stopping(6), saved });
  await assertRejects(() => stopped, InterruptedError);
  const resume = await decodeSnapshot(saved.at(-1)!, "last.safetensors");
  for (const size of [1, 3]) {
    const ranks = await train(device, { size, epochs, resume });
    const rest = one.losses.slice(-ranks[0].losses.length);
    assert(rest.length > 0 && rest.length < 15, `${rest.length} steps are left`);
    requireSameTraining(ranks, { ...one, losses: rest });
  }
});

for (const commHook of [null, "fp16_compress_hook"] as const) {
  gpuTest(
    `in 16-mixed, what is not finite on one rank skips the step on all, with ${commHook ?? "f32"}`,
    async () => {
      const ranks = await train(await testDevice(), {
        size: 2,
        precision: "16-mixed",
        poison: { rank: 1, at: 1, value: 1e30 },
        changes: () => ({ commHook }),
      });
      assertEquals(
        ranks[0].state.history[0].train.rows,
        12 + 12 + 7 + 1,
        "without the step that was skipped",
      );
      assertSame(ranks[1].values, ranks[0].values);
    },
  );
}
