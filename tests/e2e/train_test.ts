/** One training with all that it can be asked to leave, and what is then done with its folder. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { readSafetensors } from "../../src/formats/safetensors.ts";
import { decodeImage } from "../../src/host/deno_images.ts";
import { hasPackages, runPython } from "../python.ts";
import { e2eTest } from "../rings.ts";
import type { Calibration } from "../../src/train/calibration.ts";
import { cli, sharedRun, tiny, withFolder } from "./cli.ts";

const CALLBACKS = [
  "sample_predictions",
  "gradcam",
  "model_info",
  "dataset_statistics",
  "sampler_distribution",
  "onnx_export",
];

/** Without NO_COLOR, so that it is the pipe alone that asks for no escape codes. */
const train = sharedRun((folder) => [
  ...tiny(folder, 2),
  ...CALLBACKS.map((name) => `callbacks.${name}={}`),
  "data.sampler.mode=auto",
  "data.sampler.num_samples=40",
  "optimizer.lr=2e-3",
  "trainer.tune_kernels=true",
  "experiment='007'",
], { NO_COLOR: "" });

/** Text of a file of the run, and the values of its lines. */
async function read(name: string): Promise<string> {
  return await Deno.readTextFile(`${(await train()).folder}/run/${name}`);
}
const rowsOf = async (name: string) => (await read(name)).trim().split("\n").map((line) => JSON.parse(line));

/** The file of the best checkpoint. */
const bestOf = (out: string) => out.match(/^best {4}(.+safetensors) \(epoch \d\)$/m)?.[1] ?? "";

e2eTest("train leaves a run that explains itself", async () => {
  const { folder, out } = await train();
  assertMatch(out, /^device {2}.+/m);
  assertMatch(out, /^data .+: 3 classes; train 45, valid 9, test 12 images/m);
  assertMatch(out, /^model {3}resnet18, 11\.18 M parameters, 32 px, 3 classes$/m);
  assertMatch(out, /^ *1\/1 +\d\.\d{4} +\d+\.\d % .* s( {2}best)?/m);
  assertMatch(out, /^memory {2}\d+ buffers alive in every epoch, .+ MiB of GPU memory at the peak$/m);
  assertMatch(out, /^disk {4}\d+\.\d MiB in .+\/run$/m); // its weights are the checkpoints
  const { experiment, seed, runtime, adapter } = JSON.parse(await read("run.json"));
  assertEquals([experiment, seed, runtime], ["007", 42, `Deno ${Deno.version.deno}`]);
  assert(adapter.length > 0);
  assertMatch(await read(".hydra/config.yaml"), /max_epochs: 2/);
  assertEquals(JSON.parse(await read("labels_mapping.json")).class_to_idx, { "1": 0, "23": 1, "45": 2 });
  const lines = await rowsOf("metrics.jsonl");
  const validated = lines.filter((line) => "val/acc_top1" in line);
  assertEquals(validated.map(({ epoch, step }) => [epoch, step]), [[0, 3], [1, 6]]);
  const buffers = (await rowsOf("timings.jsonl")).map((line) => line["memory/buffers"]);
  assertEquals(buffers.map((count) => count !== undefined), [false, true, false, false, true]); // after steps 2, 4, 6
  assertEquals(buffers[1], buffers[4]);
  assertEquals((await read("metrics.csv")).trim().split("\n").length, 1 + lines.length);
  const { weights } = JSON.parse(await read("result.json"));
  assertEquals(bestOf(out), `${folder}/run/${weights.best}`);
  for (
    const path of [bestOf(out), `${folder}/run/${weights.last}`, `${folder}/checkpoints/007/last.safetensors`]
  ) {
    const { tensors } = readSafetensors(await Deno.readFile(path));
    assertEquals(tensors.get("fc.weight")?.shape, [3, 512]);
  }
});

e2eTest("into a pipe train writes no bar, no escape code, and the log file has time and level", async () => {
  const { out } = await train();
  assert(!out.includes("\x1b") && !out.includes("\r") && !out.includes("━"), out);
  assertMatch(
    out,
    /^config {2}007, 2 epochs, batch 16, 32-true, adamw at lr 0\.002 by warmup_cosine, seed 42$/m,
  );
  const log = await read("train.log");
  for (const line of log.trim().split("\n")) {
    assertMatch(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING)/);
  }
  assertMatch(log, /Z INFO {4}test {4}loss/);
});

e2eTest("train draws by data.sampler, and says that the loss's class weights are off then", async () => {
  assertMatch((await train()).out, /note: loss\.class_weights=balanced is off/);
  const { classes } = JSON.parse(await read("epoch_001/sampler_distribution.json"));
  assertEquals(classes.reduce((sum: number, { drawn }: { drawn: number }) => sum + drawn, 0), 40);
});

e2eTest(
  "train leaves the pictures and tables that its callbacks draw, for the epochs it ran only",
  async () => {
    const { folder, out } = await train(), run = `${folder}/run`;
    assertMatch(out, /^cost {4}11,178,051 parameters, 11,178,051 trainable, 44\.7 MB; 0\.07 GFLOP/m);
    assertMatch(out, /^23 +15 +33\.3 % +3 +33\.3 % +4 +33\.3 %$/m);
    assertMatch(out, /^drawn in epoch 1 +samples +expected +ratio$/m);
    const size = async (path: string) => {
      const { width, height } = await decodeImage(await Deno.readFile(`${run}/${path}`));
      return [width, height];
    };
    for (const epoch of ["epoch_000", "epoch_001"]) {
      assertEquals(await size(`${epoch}/confusion_matrix.png`), [1800, 1800]);
      for (const name of ["sample_predictions", "gradcam"]) {
        assert((await size(`${epoch}/${name}.png`))[0] > 1000);
      }
      await Deno.stat(`${run}/${epoch}/sampler_distribution.json`);
    }
    for (const name of ["loss", "accuracy"]) {
      assertEquals(await size(`training_history/${name}_history.png`), [1200, 750]);
    }
    const { train: counted } = JSON.parse(await read("dataset_statistics.json"));
    assertEquals([counted.total, counted.classes[2].name, counted.classes[2].count], [45, "45", 15]);
    const names = await Array.fromAsync(Deno.readDir(run), ({ name }) => name);
    assertEquals(names.filter((name) => name.startsWith("epoch")).sort(), ["epoch_000", "epoch_001"]);
    const metrics = await read("metrics.jsonl");
    for (
      const name of ["val/acc_class_2", "val/f1_macro", "val/auroc_macro", "val/ece", "test/acc_class_0"]
    ) {
      assert(metrics.includes(`"${name}":`), `${name} is not in\n${metrics}`);
    }
  },
);

/** What a report's page is built from. */
const island = (page: string) => JSON.parse(/id="report">([^]*?)<\/script>/.exec(page)![1]);

e2eTest("train leaves a report, and the report task writes the same again", async () => {
  const { folder } = await train();
  const report = await read("report.html"), first = island(report);
  const counts = first.results.map((
    { split, samples, pictures }: Record<string, unknown[]>,
  ) => [split, samples, pictures.length]);
  assertEquals([first.classes, counts], [["1", "23", "45"], [["valid", 9, 9], ["test", 12, 12]]]);
  assertEquals(first.curves.length, 4);
  assertMatch(report, /Finished after 2 epochs/);
  const { code, error } = await cli("report", [`${folder}/run`]);
  assertEquals(code, 0, error);
  assertEquals(island(await read("report.html")), first);
});

e2eTest("a run can be repeated from its folder to the same configuration", async () => {
  const { folder } = await train();
  const repeat = ["--config-dir", `${folder}/run/.hydra`, "--config-name", "config"];
  const { out } = await cli("train", [...repeat, "--cfg", "job", "--resolve"]);
  assertEquals(out.trim(), (await read(".hydra/config.yaml")).trim());
  assertMatch(await read(".hydra/overrides.yaml"), /^- optimizer\.lr=2e-3$/m);
});

/** File and predicted class of each test image. */
async function predictions(run: string): Promise<Map<string, string>> {
  const lines = (await Deno.readTextFile(`${run}/predictions.csv`)).trim().split("\n").slice(1);
  return new Map(lines.map((line) => [line.split(",")[0], line.split(",")[2]]));
}

e2eTest(
  "eval says of the best checkpoint and of its ONNX file what the run's test said, and PyTorch does, image for image",
  async () => {
    const { folder, out } = await train(), best = bestOf(out);
    assertMatch(out, /same class for 9 of 9 validation images/);
    const test = out.split("\n").find((line) => line.startsWith("test "))!;
    const places = tiny(folder).filter((text) => !text.startsWith("hydra.run.dir"));
    const evaluated: Map<string, string>[] = [];
    for (const [i, path] of [best, `${folder}/run/model.onnx`].entries()) {
      const result = await cli("eval", [path, ...places, `hydra.run.dir=${folder}/eval${i}`]);
      assertEquals(result.code, 0, result.error);
      assert(result.out.includes(test), `${test} is not in\n${result.out}`);
      const metrics = JSON.parse(await Deno.readTextFile(`${folder}/eval${i}/metrics.json`));
      const { bound, temperature } = JSON.parse(await read("thresholds.json"));
      assertEquals(metrics.temperature, bound === null ? temperature : null);
      assert(metrics.at_thresholds.coverage <= 1 && metrics.selective.at_coverage[0].coverage === 1);
      evaluated.push(await predictions(`${folder}/eval${i}`));
      const page = await Deno.readTextFile(`${folder}/eval${i}/report.html`), found = island(page);
      assertEquals(found.results.map(({ title }: { title: string }) => title), ["Test"]);
      assertEquals([found.results[0].pictures.length, found.curves], [12, []]);
      assert(page.includes(`Evaluation of ${path}`) && !page.includes('href="#curves"'));
      if (i === 1) continue;
      assertEquals((await cli("report", [`${folder}/eval0`])).code, 0);
      assertEquals(island(await Deno.readTextFile(`${folder}/eval0/report.html`)), found);
    }
    assertEquals(evaluated[0].size, 12);
    assertEquals(evaluated[1], evaluated[0]);
    const views = await cli("eval", [best, ...places, "eval.tta=crops", `hydra.run.dir=${folder}/eval2`]);
    assertMatch(views.out, /^tta {5}crops: the logits of five crops of each image/m);
    assertEquals((await predictions(`${folder}/eval2`)).keys().toArray(), evaluated[0].keys().toArray());
    if (!hasPackages(["torch", "torchvision", "safetensors", "PIL"])) {
      return console.log(
        "PyTorch is not asked: Python cannot import torch, torchvision, safetensors and PIL",
      );
    }
    const script = await Deno.readTextFile(new URL("same_answers.py", import.meta.url));
    const lines = (await runPython(script, [best, `${folder}/jerseys`])).trim().split("\n");
    assertEquals(new Map(lines.map((line) => line.split("\t") as [string, string])), evaluated[0]);
  },
);

e2eTest("predict --explain writes what speaks for each class, also into the contact sheet", async () => {
  const { folder, out } = await train(), split = `${folder}/jerseys/test`;
  const images = [...Deno.readDirSync(split)].map(({ name }) => `${split}/${name}`)
    .filter((path) => path.endsWith(".jpg")).slice(0, 2);
  const explained = [
    ...images,
    "--explain",
    `${folder}/looks`,
    `--contact-sheet=${folder}/sheet.html`,
    "--csv",
    "--min-confidence=auto",
  ];
  const plain = await cli("predict", [bestOf(out), ...images, "--csv", "--min-confidence=auto"]);
  const { classes } = JSON.parse(await read("thresholds.json")) as Calibration;
  for (const line of plain.out.trim().split("\n").slice(1)) {
    const [, label, confidence, guess] = line.split(",").filter((_, i) => ![3, 4, 5, 6].includes(i));
    const { threshold } = classes.find((one) => one.label === guess)!;
    assertEquals(label, threshold !== null && Number(confidence) >= threshold ? guess : "unknown", line);
  }
  const result = await cli("predict", [bestOf(out), ...explained]);
  assertEquals([result.code, result.out], [0, plain.out], result.error);
  const names = [...Deno.readDirSync(`${folder}/looks`)].map(({ name }) => name);
  assertEquals(names.length, 2);
  const { width, height } = await decodeImage(await Deno.readFile(`${folder}/looks/${names[0]}`));
  assertEquals([width, height], [224, 224]);
  const sheet = await Deno.readTextFile(`${folder}/sheet.html`);
  assertEquals(sheet.match(/alt="what speaks for \d+"/g)?.length, 2);
  const unknown = await cli("predict", [bestOf(out), ...explained, "--layer=layer9"]);
  assertMatch(unknown.error, /no such layer or module, did you mean layer1\?/);
  const onnx = await cli("predict", [`${folder}/run/model.onnx`, ...explained]);
  assertMatch(onnx.error, /runs in ONNX Runtime, which gives no gradients; give a checkpoint/);
});

e2eTest(
  "trainer.lr_find suggests a rate, and leaves neither weights nor checkpoints",
  () =>
    withFolder(async (folder) => {
      const range = ["min_lr=1e-4", "max_lr=3e-3", "num_training=16"].map((key) => `trainer.lr_range.${key}`);
      const asked = ["trainer.lr_find=true", ...range, "resume=auto"];
      const { code, out, error } = await cli("train", [...tiny(folder), ...asked]);
      assertEquals(code, 0, error);
      assertMatch(out, /^ {2}note: resume=auto has no effect with trainer\.lr_find$/m);
      assertMatch(out, /^rates {3}\d+ of 16 steps, from 1e-4 to [\d.e-]+/m);
      const [, rate] = out.match(/^suggest (?:optimizer\.lr=([\d.e-]+) {2}\(|nothing, as the )/m) ??
        [out, out];
      const curve = JSON.parse(await Deno.readTextFile(`${folder}/run/lr_find.json`));
      assertEquals(rate && Number(rate), curve.suggestion && Number(curve.suggestion.toPrecision(2)));
      const names = (await Array.fromAsync(Deno.readDir(`${folder}/run`), ({ name }) => name)).sort();
      assertEquals(names.filter((name) => /lr_find|html|weights/.test(name)), [
        "lr_find.json",
        "lr_find.png",
        "report.html",
      ]);
      const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
      assertEquals(left.sort(), ["jerseys", "run"]);
    }),
);
