import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { DivergedError, InterruptedError } from "../../src/base/errors.ts";
import { makeOptimizer } from "../../src/optim/optimizers/mod.ts";
import { decodeSnapshot } from "../../src/train/snapshot.ts";
import { gpuTest } from "../rings.ts";
import { assertSame, type Outcome, recordsOf, requireSameTraining, stopping, train } from "./ranked_run.ts";
import { adamw, hiddenOf, testDevice } from "./small_run.ts";

/** Requires two trainings on as many ranks to have the same bits. */
function requireSameBits(actual: readonly Outcome[], expected: readonly Outcome[]): void {
  actual.forEach((outcome, rank) => {
    assertEquals(outcome.losses.slice(-2), expected[rank].losses.slice(-2));
    assertEquals(recordsOf(outcome), recordsOf(expected[rank]));
    assertSame(outcome.values, expected[rank].values);
    if (rank === 0) assertSame(outcome.statistics, expected[rank].statistics);
  });
}

gpuTest("2 ranks with sync_batchnorm train as one does, and twice with the same bits", async () => {
  const device = await testDevice();
  const [one] = await train(device, { size: 1 });
  const ranks = await train(device, { size: 2 });
  assertEquals(one.losses.length, 5);
  assert(one.losses[0] - one.losses[3] > .1, `it learns: ${one.losses}`);
  requireSameTraining(ranks, one);
  requireSameBits(await train(device, { size: 2 }), ranks);
  const inBuckets = await train(device, { size: 2, changes: () => ({ bucketCapMb: 1e-9 }) }); // of 128 values
  requireSameBits(inBuckets, ranks);
});

gpuTest(
  "with f16 on the wire losses stay within 1e-3, and all ranks have the same bits each time",
  async () => {
    const device = await testDevice(), changes = () => ({ commHook: "fp16_compress_hook" } as const);
    const exact = await train(device, { size: 3 }), ranks = await train(device, { size: 3, changes });
    assert(ranks[0].values.some((value, i) => value !== exact[0].values[i]), "it is another sum");
    for (const { losses, values } of ranks) {
      losses.forEach((loss, i) => assertAlmostEquals(loss, exact[0].losses[i], 1e-3));
      assertSame(values, ranks[0].values);
    }
    requireSameBits(await train(device, { size: 3, changes }), ranks);
  },
);

gpuTest("ranks take SAM's steps of several batches as one does", async () => {
  const device = await testDevice();
  const changes: Parameters<typeof train>[1]["changes"] = (model) => ({
    accumulate: 2,
    bucketCapMb: 1e-3,
    optimizer: makeOptimizer({ ...adamw, lr: 1e-2, sam: { rho: .2 } }, hiddenOf(model)),
  });
  const [one] = await train(device, { size: 1, changes });
  requireSameTraining(await train(device, { size: 2, changes }), one);
});

gpuTest(
  "a rank that is asked to stop stops all of them, and the run resumes with the same bits",
  async () => {
    const device = await testDevice();
    const plan = { size: 2, sync: false, epochs: 2 };
    const whole = await train(device, plan);
    assertSame(whole[1].values, whole[0].values);
    const saved: Uint8Array[] = [];
    const stopped = train(device, { ...plan, ...stopping(6), saved });
    const error = await assertRejects(() => stopped, InterruptedError);
    assert(/after step [78]/.test(error.message), error.message);
    assertEquals(saved.length, 2, "one for the epoch, one for the interruption");
    const resume = await decodeSnapshot(saved.at(-1)!, "last.safetensors");
    requireSameBits(await train(device, { ...plan, resume }), whole);
  },
);

gpuTest("what is not finite on one rank ends the run on all", async () => {
  const diverging = train(await testDevice(), { size: 2, poison: { rank: 1, at: 1, value: NaN } });
  const error = await assertRejects(() => diverging, DivergedError);
  assert(/not finite at step 2 \(epoch 0\), where the loss is NaN/.test(error.message), error.message);
});
