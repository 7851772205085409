import { assertEquals } from "@std/assert";
import { decodeImage } from "../../../src/host/deno_images.ts";
import { confusionMatrix } from "../../../src/train/callbacks/confusion_matrix.ts";
import { drawnRun } from "./drawn_run.ts";

Deno.test("confusion_matrix draws every n-th epoch and the last, 12 inches at least", async () => {
  const { state, context, files } = drawnRun(6);
  const callback = confusionMatrix({ every: 2, dotsPerInch: 50 }, context);
  for (state.epoch = 0; state.epoch < 6; state.epoch++) await callback.epochEnd?.(state);
  const epochs = ["000", "002", "004", "005"];
  assertEquals(
    [...files.keys()],
    epochs.flatMap((epoch) => ["png", "csv"].map((kind) => `run/epoch_${epoch}/confusion_matrix.${kind}`)),
  );
  const { width, height } = await decodeImage(files.values().next().value!);
  assertEquals([width, height], [600, 600]);
});

Deno.test("confusion_matrix logs its picture with the epoch, and draws nothing without validation", async () => {
  const { state, context, files } = drawnRun();
  const rows: string[][] = [];
  Object.assign(state.log, {
    loggers: [{
      name: "test",
      write: (row: { images: object }) => Promise.resolve(void rows.push(Object.keys(row.images))),
    }],
  });
  const callback = confusionMatrix({ every: 1, dotsPerInch: 20 }, context);
  await callback.epochEnd?.(state);
  await state.log.write(0, 5);
  assertEquals(rows, [["confusion_matrix"]]);
  state.outputs = undefined;
  files.clear();
  await callback.epochEnd?.(state);
  assertEquals(files.size, 0);
});
