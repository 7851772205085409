import { assert, assertEquals } from "@std/assert";
import { reportCallback } from "../../../src/train/callbacks/report.ts";
import { outputScalars } from "../../../src/train/output_scalars.ts";
import { classes, drawnRun, json, randomOutputs, record } from "./drawn_run.ts";

const tally = { loss: 1, top1: .5, top5: .9, rows: 21 };

Deno.test("report keeps the predictions of the best epoch, and writes after every epoch and the test", async () => {
  const { state, context, files, asked } = drawnRun();
  const callback = reportCallback(20, context);
  const best = state.outputs!;
  const end = async (epoch: number, bestStep: number) => {
    Object.assign(state, {
      epoch,
      step: 5 * epoch + 5,
      best: { path: "checkpoints/x/b", epoch: 0, step: bestStep, value: 1 },
    });
    state.history.push(record(epoch, 1, .5));
    await callback.epochEnd?.(state);
  };
  await end(0, 5);
  state.outputs = randomOutputs(9);
  await end(1, 5);
  const { valid, status, epochs, samples, checkpoints, test } = json(files.get("run/report.json"));
  assertEquals([valid.epoch, valid.labels.length, status, epochs, test], [0, 21, "running", 2, undefined]);
  assertEquals(valid.labels, [...best.labels]);
  assertEquals([samples[0].counts, checkpoints], [[10, 20, 30, 40], ["checkpoints/x/b"]]);
  const scalars = outputScalars("val", best);
  assertEquals(valid.ece, scalars["val/ece"]);
  const areas = valid.auroc.filter((area: number | null) => area !== null);
  assertEquals(
    areas.reduce((sum: number, area: number) => sum + area, 0) / areas.length,
    scalars["val/auroc_macro"],
  );
  const { valid: pictures } = json(files.get("run/report_pictures.json"));
  assertEquals([Object.keys(pictures).length, asked.length], [10, 10]);
  const [[index, { path }]] = Object.entries<{ path: string }>(pictures);
  assertEquals(path, `valid/${index}.png`);
  await callback.tested?.(state, {
    epoch: 0,
    step: 5,
    tally,
    outputs: { ...randomOutputs(7), split: "test" },
  });
  assertEquals(json(files.get("run/report.json")).test.labels.length, 7);
  assertEquals([asked.length, asked.filter((one) => one.startsWith("test")).length], [17, 7]);
  const page = new TextDecoder().decode(files.get("run/report.html"));
  assert(page.includes("Finished after 2 epochs"));
});

Deno.test("report of a run that goes on has the best epoch of before, and of an interrupted one says so", async () => {
  const { state, context, files } = drawnRun();
  state.history.push(record(0, 1, .5));
  const first = reportCallback(4, context);
  await first.epochEnd?.(state);
  const before = json(files.get("run/report.json")).valid, saved = first.state!();
  const resumed = reportCallback(4, context);
  await resumed.load!(saved, state);
  Object.assign(state, {
    epoch: 1,
    step: 10,
    outputs: randomOutputs(9),
    best: { path: "b", epoch: 0, step: 5, value: 1 },
  });
  state.history.push(record(1, 2, .4));
  await resumed.epochEnd?.(state);
  assertEquals(json(files.get("run/report.json")).valid, before);
  await resumed.save?.(state, "epoch");
  assertEquals(json(files.get("run/report.json")).status, "running");
  await resumed.save?.(state, "interrupted");
  assertEquals(json(files.get("run/report.json")).status, "interrupted");
});

Deno.test("report keeps the validation of a finished run that is resumed, with nothing left to train", async () => {
  const { state, context, files } = drawnRun(1);
  state.history.push(record(0, 1, .5));
  const first = reportCallback(4, context);
  await first.epochEnd?.(state);
  const before = json(files.get("run/report.json")).valid;
  const resumed = reportCallback(4, context);
  await resumed.load!(first.state!(), state);
  state.outputs = undefined;
  await resumed.fitEnd?.(state);
  assertEquals(json(files.get("run/report.json")).valid, before);
  assertEquals(Object.keys(json(files.get("run/report_pictures.json")).valid).length, 2);
});

Deno.test("report of a run whose folder is gone has what comes from then on", async () => {
  const { state, context, files } = drawnRun();
  const best = { path: "b", epoch: 0, step: 5, value: 1 };
  Object.assign(state, { epoch: 1, step: 10, best });
  state.history.push(record(0, 1, .5), record(1, 2, .4));
  const resumed = reportCallback(4, context);
  await resumed.load!({ valid: 5 }, state);
  await resumed.validated?.(state, { epoch: 1, step: 10, tally, isEpochEnd: true });
  await resumed.epochEnd?.(state);
  assertEquals(json(files.get("run/report.json")).valid, undefined);
  Object.assign(state, { epoch: 2, step: 15, best: { ...best, epoch: 2, step: 15 } });
  state.history.push(record(2, 1, .9));
  await resumed.epochEnd?.(state);
  assertEquals(json(files.get("run/report.json")).valid.step, 15);
});

Deno.test("report is written without validation, and without pictures where none are wanted", async () => {
  const { state, context, files, asked } = drawnRun();
  state.history.push(record(0, 1, .5));
  await reportCallback(0, context).epochEnd?.(state);
  assertEquals([asked, json(files.get("run/report_pictures.json"))], [[], { valid: {} }]);
  state.outputs = undefined;
  files.clear();
  await reportCallback(4, context).epochEnd?.(state);
  assertEquals(json(files.get("run/report.json")).valid, undefined);
  assertEquals(json(files.get("run/report.json")).classes, classes);
});

Deno.test("report spends little time on pictures during a run, and has all of them at its end", async () => {
  const { state, context, files, asked } = drawnRun();
  const slow = {
    ...context,
    async picture(split: "train" | "valid" | "test", index: number) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return await context.picture(split, index);
    },
  };
  const callback = reportCallback(12, slow);
  const kept = () => Object.keys(json(files.get("run/report_pictures.json")).valid).length;
  for (const epoch of [0, 1]) {
    Object.assign(state, { epoch, step: 5 * epoch + 5, outputs: randomOutputs(60 + epoch) });
    state.history.push(record(epoch, 1, .5));
    await callback.epochEnd?.(state);
  }
  const before = asked.length;
  assertEquals(before, 6);
  await callback.fitEnd?.(state);
  assertEquals(kept(), 6);
});
