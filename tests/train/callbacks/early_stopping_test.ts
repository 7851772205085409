import { assertEquals } from "@std/assert";
import { early_stopping, earlyStopping } from "../../../src/train/callbacks/early_stopping.ts";
import type { RunState } from "../../../src/train/run_state.ts";

/** The validation after which a run with these values stops, from 0; undefined if it does not. */
async function stopsAfter(given: object, metric: "loss" | "top1", values: readonly number[]) {
  const callback = earlyStopping(early_stopping.options.parse(given) as never);
  const state = { stop: undefined } as unknown as RunState;
  for (const [i, value] of values.entries()) {
    const tally = { loss: 1, top1: 0, top5: 0, rows: 1, [metric]: value };
    await callback.validated?.(state, { epoch: i, step: i, tally, isEpochEnd: true });
    if (state.stop !== undefined) return i;
  }
  return undefined;
}

Deno.test("earlyStopping() by a loss waits while it falls, and by an accuracy while it rises", async () => {
  const falling = [.9, .8, .7, .6, .5], rising = falling.toReversed();
  const options = { patience: 2, min_delta: 0 };
  for (const mode of [undefined, null, "min"]) {
    const loss = { ...options, monitor: "val/loss", mode };
    assertEquals(await stopsAfter(loss, "loss", falling), undefined);
    assertEquals(await stopsAfter(loss, "loss", rising), 2);
  }
  for (const monitor of [undefined, "val/acc_top1"]) {
    assertEquals(await stopsAfter({ ...options, monitor }, "top1", rising), undefined);
    assertEquals(await stopsAfter({ ...options, monitor }, "top1", falling), 2);
  }
});
