import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { htmlReport } from "../../../src/plots/report/html_report.ts";
import { readRun } from "../../../src/train/report/read_run.ts";
import type { ReportData } from "../../../src/train/report/report_data.ts";
import { classNames, memoryFiles, samplePredictions, sampleRun } from "./sample_run.ts";

const classes = classNames(7);
const files = await sampleRun({ classes, samples: 203, epochs: 3, pictures: 60, side: 16 });

Deno.test("readRun() counts cells, supports, accuracies and precisions of each class", async () => {
  const { results } = await readRun(memoryFiles(files), new Date(0));
  assertEquals(results.map(({ title }) => title), ["Validation, epoch 3", "Test, weights of epoch 3"]);
  const { labels, predicted } = samplePredictions(7, 203, "test");
  const count = (is: (truth: number, taken: number) => boolean) =>
    labels.filter((truth, row) => is(truth, predicted[row])).length;
  const [, test] = results;
  for (const [truth, taken, samples] of test.cells) {
    assertEquals(samples, count((t, p) => t === truth && p === taken));
  }
  assertEquals(test.cells.reduce((sum, [, , samples]) => sum + samples, 0), 203);
  for (const [c, { support, accuracy, precision, f1 }] of test.classes.entries()) {
    const hits = count((t, p) => t === c && p === c), taken = count((_, p) => p === c);
    assertEquals([support, accuracy], [count((t) => t === c), hits / support]);
    assertEquals(precision, hits / taken);
    assertAlmostEquals(f1, 2 / (support / hits + taken / hits), 1e-12);
  }
  assertEquals(test.pictures.length, 60);
  assert(test.pictures.every(({ truth, index }) => labels[index] === truth));
});

Deno.test("readRun() has what the confidences are worth, with the temperature and without", async () => {
  const { results, calibrated } = await readRun(memoryFiles(files), new Date(0));
  const data: ReportData = JSON.parse(files.get("report.json")!);
  assertEquals(calibrated!.thresholds, data.calibration!.classes);
  assert(
    /^temperature 1\.\d\d ± 0\.\d\d, by 203 validation images$/.test(calibrated!.text),
    calibrated!.text,
  );
  for (const { reliability, coverage, ece, cells, samples } of results) {
    const { before, after } = reliability!;
    assertAlmostEquals(before.ece!, ece!, 1e-12);
    assert(after!.ece! < before.ece!);
    assertEquals(after!.bins.reduce((sum, { images }) => sum + images, 0), samples);
    const all = coverage!.at_coverage[0];
    const hits = cells.reduce((sum, [truth, taken, count]) => sum + (truth === taken ? count : 0), 0);
    assertEquals([all.coverage, all.accuracy], [1, hits / samples]);
  }
  const older = { ...data, calibration: undefined, valid: { ...data.valid, reliability: undefined } };
  const then = new Map(files).set("report.json", JSON.stringify(older));
  const [valid] = (await readRun(memoryFiles(then), new Date(0))).results;
  assertEquals(valid.reliability, undefined);
});

Deno.test("readRun() has configuration, environment, and the way to each file", async () => {
  const report = await readRun(memoryFiles(files), new Date(0));
  assertEquals(report.config.slice(2), [
    ["optimizer.lr", "1.0e-3"],
    ["optimizer.betas", "[0.9, 0.999]"],
    ["trainer.max_epochs", "3"],
  ]);
  assertEquals([report.status, report.isOver], ["Finished after 3 epochs", true]);
  const known = new Map(report.environment);
  assertEquals([known.get("Device"), known.get("Training")], ["llvmpipe", "1 min 0 s"]);
  const hrefs = new Map(report.files.map(({ path, href }) => [path, href]));
  assertEquals(
    hrefs.get("checkpoints/sample/last.safetensors"),
    "../../../checkpoints/sample/last.safetensors",
  );
  assertEquals(hrefs.get("epoch_000/confusion_matrix.png"), "epoch_000/confusion_matrix.png");
});

Deno.test("readRun() takes an evaluation, which has no epochs and no curves", async () => {
  const data = JSON.parse(files.get("report.json")!);
  for (const name of ["epochs", "max_epochs", "batches_per_epoch", "valid"]) delete data[name];
  for (const name of ["epoch", "step"]) delete data.test[name];
  const evaluation = new Map(files).set("report.json", JSON.stringify({ ...data, status: "evaluated" }));
  evaluation.set("run.json", JSON.stringify({ experiment: "train", weights: "a/best.safetensors" }));
  for (const name of ["metrics.jsonl", "timings.jsonl"]) evaluation.delete(name);
  const report = await readRun(memoryFiles(evaluation), new Date(0));
  assertEquals([report.title, report.status, report.isOver], [
    "Evaluation of a/best.safetensors",
    "Evaluated",
    true,
  ]);
  assertEquals(report.results.map(({ title }) => title), ["Test"]);
  assertEquals(report.curves, []);
  const page = await htmlReport(report);
  assert(!page.includes('id="curves"') && !page.includes('href="#curves"'));
});

Deno.test("readRun() makes do with what a run left: nothing of this, a torn line, a failure", async () => {
  const some = new Map([
    ["run.json", '{"experiment": "x"}'],
    ["labels_mapping.json", '{"class_to_idx": {"b": 1, "a": 0}}'],
    ["metrics.jsonl", '{"epoch":0,"step":3,"train/loss_epoch":1}\n{"epoch":0,"st'],
  ]);
  const report = await readRun(memoryFiles(some), new Date(0));
  assertEquals([report.classes, report.results, report.splits, report.health], [
    ["a", "b"],
    [],
    [],
    undefined,
  ]);
  assertEquals(report.curves[0].series[0].x, [0]);
  const data = { ...JSON.parse(files.get("report.json")!), status: "running", epochs: 1 };
  const failed = new Map(files).set("report.json", JSON.stringify(data))
    .set("result.json", '{"exit_code": 5, "error": "DivergedError: no"}');
  assertEquals(
    (await readRun(memoryFiles(failed), new Date(0))).status,
    "Failed after 1 of 3 epochs: DivergedError: no",
  );
});

Deno.test("readRun() names a damaged file, and its line", async () => {
  const damaged = {
    "report.json": "",
    "report_pictures.json": "",
    "run.json": "",
    "result.json": "",
    "metrics.jsonl": ":1",
    "timings.jsonl": ":1",
    ".hydra/config.yaml": "",
  };
  for (const [path, line] of Object.entries(damaged)) {
    const some = memoryFiles(new Map(files).set(path, `{"a": "b\n`));
    await assertRejects(
      () => readRun(some, new Date(0)),
      DataError,
      `Cannot read "${some.folder}/${path}${line}": it is not valid ${
        path.endsWith("yaml") ? "YAML" : "JSON"
      } (`,
    );
  }
});

Deno.test("readRun() takes what the model looks at from the last epoch that has drawn it", async () => {
  const drawn = (epochs: readonly string[]) =>
    new Map([...files, ...epochs.map((epoch): [string, string] => [`epoch_${epoch}/gradcam.png`, epoch])]);
  const report = await readRun(memoryFiles(drawn(["000", "010", "002"])), new Date(0));
  assertEquals(report.looks, { epoch: 10, png: btoa("010") });
  const page = await htmlReport(report);
  assert(
    page.includes(`src="data:image/png;base64,${btoa("010")}"`) && page.includes("of epoch 10 predicts"),
  );
  const without = await readRun(memoryFiles(files), new Date(0));
  assert(without.looks === undefined && !(await htmlReport(without)).includes("GradCAM"));
});

Deno.test("readRun() of a range test has its curve, and says nothing of results", async () => {
  const about = { status: "lr_find", classes: ["a", "b"], samples: [], checkpoints: [] };
  const report = await readRun(
    memoryFiles(new Map([["report.json", JSON.stringify(about)], ["lr_find.png", "drawn"]])),
    new Date(0),
  );
  assertEquals([report.status, report.isOver, report.rates], [
    "Looked for a learning rate",
    true,
    btoa("drawn"),
  ]);
  const page = await htmlReport(report);
  assert(page.includes(`src="data:image/png;base64,${btoa("drawn")}"`) && !page.includes("No predictions"));
});
