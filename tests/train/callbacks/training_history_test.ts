import { assert, assertEquals } from "@std/assert";
import {
  accuracyHistory,
  lossHistory,
  trainingHistory,
} from "../../../src/train/callbacks/training_history.ts";
import { assertLegible, font } from "../../plots/layout.ts";
import { drawnRun, record } from "./drawn_run.ts";

Deno.test("training_history draws the epoch just run, and a run's last wherever it ends", async () => {
  const { state, context, files } = drawnRun(9);
  const callback = trainingHistory(3, context);
  const drawnAfter: number[] = [];
  for (state.epoch = 0; state.epoch < 5; state.epoch++) {
    state.history.push(record(state.epoch, 1 / (state.epoch + 1), .1 * state.epoch));
    files.clear();
    await callback.epochEnd?.(state);
    if (files.size > 0) drawnAfter.push(state.epoch);
  }
  assertEquals(drawnAfter, [0, 3]);
  await callback.fitEnd?.(state); // ended early, after epoch 4
  assertEquals([...files.keys()].sort(), [
    "run/training_history/accuracy_history.png",
    "run/training_history/loss_history.png",
  ]);
  files.clear();
  await callback.fitEnd?.(state);
  assertEquals(files.size, 0);
});

Deno.test("lossHistory() and accuracyHistory() name the best epoch, whatever is not finite", () => {
  const history = [record(2, 3, .1), record(3, NaN, .7), record(4, .5, .6), record(5, Infinity, NaN)];
  const loss = lossHistory(history, font), accuracy = accuracyHistory(history, font);
  for (const plot of [loss, accuracy]) assertLegible(plot);
  assert(loss.svg.includes("valid: lowest 0.5000 in epoch 4"));
  assert(accuracy.svg.includes("valid top-1: best 70.00 % in epoch 3"));
  const alone = accuracyHistory([record(0, 1, .5, false)], font);
  assert(!alone.svg.includes("valid"));
  assert(accuracy.svg.includes("top-5") && !accuracyHistory(history, font, false).svg.includes("top-5"));
});
