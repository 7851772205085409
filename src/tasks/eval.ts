/** `eval`: tests a checkpoint or an ONNX file on a dataset's test split. */
import { append } from "../base/lists.ts";
import { counting, type StartProgress } from "../base/progress.ts";
import { DataError } from "../base/errors.ts";
import { type Config, pipelineSteps } from "../config/mod.ts";
import type { Step } from "../data/transforms/transform.ts";
import type { Pipeline } from "../data/transforms/pipeline.ts";
import { cropsAreAlike, viewsOf } from "../data/transforms/tta.ts";
import { type Split, SPLITS } from "../data/types.ts";
import { topK } from "../metrics/accuracy.ts";
import { confusionCsv } from "../metrics/confusion.ts";
import type { HostLoss } from "../nn/losses/loss.ts";
import { makeHostLoss, makeLoss } from "../nn/losses/mod.ts";
import { confusionPlot } from "../plots/confusion_plot.ts";
import { REPORT } from "../train/callbacks/report.ts";
import type { Calibration } from "../train/calibration.ts";
import { type Evaluation as EngineTest, evaluator } from "../train/evaluate.ts";
import { cardPipeline, classFault } from "../train/model_card.ts";
import { sum, type Tally } from "../train/step_results.ts";
import { type PictureSource, readableOf } from "../data/decode/picture_source.ts";
import { BATCH, type Classifier } from "../setup/classify/classifier.ts";
import { meanLogits } from "../setup/classify/mean_logits.ts";
import { fileCard } from "../setup/classify/file_card.ts";
import { onnxClassifier } from "../setup/classify/onnx_classifier.ts";
import { isOnnx } from "../setup/classify/is_onnx.ts";
import { predictionsCsv, type Report, reportLines, reportOf, type Tested } from "./eval/report.ts";
import { type EvaluationFiles, evaluationFiles, writeEvaluation } from "./eval/page.ts";
import { requireSameClass, ttaLines } from "./eval/tta.ts";
import { describeProcess } from "../setup/describe_run.ts";
import type { Host } from "../setup/host.ts";
import { lossContext, weighsClasses } from "../setup/loss_context.ts";
import { type DatasetView, describeData, openData, openPictures } from "../setup/open_data.ts";
import { describeAdapter, openConfigured, openModel } from "../setup/open_model.ts";
import { formatTest } from "../setup/test_line.ts";

const MATRIX = "confusion_matrix.png", DOTS_PER_INCH = 150;

/**
 * Evaluates `model.weights` on the test split, with images prepared as its file specifies. Prints loss, accuracies
 * and a table of classes, and writes report.html, metrics.json, the confusion matrix as CSV and PNG, and
 * predictions.csv into `folder`.
 */
export async function evaluate(
  host: Host,
  config: Config,
  folder: string,
  split: Split | "all" = "test",
): Promise<Report> {
  const weights = config.model.weights!;
  const card = await fileCard(host, weights);
  const view = { classes: card?.classes, tested: split };
  const { tested, page, ranOn } = await isOnnx(host, weights)
    ? await testOnnx(host, config, weights, view)
    : await testCheckpoint(host, config, { ...view, evalSteps: card?.steps, calibration: card?.calibration });
  host.print(formatTest(tested.tally, tested.classes.length, split));
  const { report, confusion } = reportOf(tested);
  for (const line of reportLines(report)) host.print(line);
  const files = {
    "metrics.json": JSON.stringify(report, null, 2) + "\n",
    "confusion_matrix.csv": confusionCsv(confusion, tested.classes),
    "predictions.csv": predictionsCsv(tested),
  };
  for (const [name, text] of Object.entries(files)) {
    await host.writeAtomic(`${folder}/${name}`, new TextEncoder().encode(text));
  }
  const { font, png } = await host.plotting(tested.classes);
  const title = `Confusion matrix of ${split === "all" ? "all splits" : `the ${split} split`}`;
  const plot = confusionPlot({ title, names: tested.classes, counts: confusion.counts }, font);
  await host.writeAtomic(`${folder}/${MATRIX}`, await png(plot, DOTS_PER_INCH));
  await describeProcess(host, config, folder, { adapter: ranOn, weights });
  {
    using _ = host.progress("writing the report");
    await writeEvaluation(host, folder, page);
  }
  host.print(`\nwrote   ${[REPORT, ...Object.keys(files), MATRIX].join(", ")} into ${folder}`);
  return report;
}

/** A test, its page, and what ran it. */
interface Evaluation {
  readonly tested: Tested;
  readonly page: EvaluationFiles;
  readonly ranOn: string;
}

/** How a checkpoint's test looks at the dataset. */
interface TestView extends DatasetView {
  readonly evalSteps: readonly Step[] | undefined;
  /** What the checkpoint says of its confidences. */
  readonly calibration: Calibration | undefined;
}

/** Balanced class weights need the train split. */
function splitsOf(config: Config): Split[] {
  return weighsClasses(config) ? ["train", "test"] : ["test"];
}

/** With the engine, as training tests its best weights. */
async function testCheckpoint(host: Host, config: Config, view: TestView): Promise<Evaluation> {
  const device = await openConfigured(host, config);
  try {
    const splits = splitsOf(config), { weights } = config.model;
    if (view.evalSteps === undefined) {
      host.print(`note    ${weights} does not say its preprocessing; that of the configuration is used`);
    }
    using data = await openData(host, config, device, splits, view);
    host.print(`data    ${describeData(data, splits, view.tested)}`);
    requireTest(data.count("test"), data.dataset.root, view);
    noteWeights(host, splits.includes("train") && data.count("train") === 0);
    const { calibration } = view,
      views = testViews(host, config, data.classes, data.evalPipeline, calibration);
    const model = await openModel(host, config, device, data.classes, { freshHead: false });
    const loss = makeLoss(config.loss, { device, ...lossContext(config, data) });
    const batchSize = data.evalBatchSize, { length: batches } = data.evaluate("test");
    const testing = evaluator(device, { model, loss, imageSize: config.data.image_size, batchSize, batches });
    const tests: EngineTest[] = [];
    for (const [i, pipeline] of views.entries()) {
      const what = views.length === 1
        ? "testing batches"
        : `testing batches, view ${i + 1} of ${views.length}`;
      const started = () => host.progress(what, batches);
      tests.push(await testing.run("test", counting(data.evaluate("test", pipeline), started)));
    }
    const { tally, outputs } = tests.length === 1
      ? tests[0]
      : averaged(tests, makeHostLoss(config.loss, lossContext(config, data)), batchSize);
    const files = data.store("test").samples.map(({ path }) => path);
    const tested = { classes: data.classes, tally, outputs, files, calibration };
    const page = await evaluationFiles(tested, { ...data, encodeJpeg: host.encodeJpeg });
    return { tested, page, ranOn: describeAdapter(device) };
  } finally {
    device.close();
  }
}

/** The pipelines of all views of an image; says what they are. @throws ConfigError if one would change a class */
function testViews(
  host: Host,
  { eval: { tta } }: Config,
  classes: readonly string[],
  pipeline: Pipeline,
  calibration: Calibration | undefined,
): Pipeline[] {
  if (tta === null) return [pipeline];
  requireSameClass(
    tta,
    classes,
    pipeline.preprocessing.crop === pipeline.imageSize && !cropsAreAlike(pipeline),
  );
  const views = viewsOf(pipeline, tta);
  for (const line of ttaLines(tta, pipeline, calibration)) host.print(line);
  return views;
}

/** The test of the mean logits of several views. */
function averaged(tests: readonly EngineTest[], loss: HostLoss, batchSize: number): EngineTest {
  const [{ outputs }] = tests, logits = meanLogits(tests.map((test) => test.outputs.logits));
  return { tally: tallyOf(logits, outputs.labels, loss, batchSize), outputs: { ...outputs, logits } };
}

/** With ONNX Runtime; needs no GPU. */
async function testOnnx(
  host: Host,
  config: Config,
  path: string,
  view: DatasetView,
): Promise<Evaluation> {
  const splits = splitsOf(config);
  using opened = await openPictures(host, config, splits, view);
  const { dataset: { classes, root }, store } = opened;
  host.print(`data    ${describeData(opened, splits, view.tested)}`);
  const { samples, pictures } = store("test");
  requireTest(samples.length, root, view);
  noteWeights(host, splits.includes("train") && store("train").samples.length === 0);
  const { tta } = config.eval;
  requireSameClass(tta, classes, false);
  const model = await onnxClassifier(host, path, {
    steps: pipelineSteps(config).eval,
    imageSize: config.data.image_size,
    tta,
  });
  try {
    const { card, missing, notes } = model;
    host.print(`model   ${path}, ${card.imageSize} px, ${card.classes.length} classes, in ${model.runtime}`);
    for (const note of notes) host.print(`note    ${note}`);
    const { calibration } = card;
    for (const line of tta === null ? [] : ttaLines(tta, cardPipeline(card, path), calibration)) {
      host.print(line);
    }
    const isNamed = !missing.includes("class names");
    const differing = isNamed || card.classes.length !== classes.length
      ? classFault(card.classes, classes)
      : undefined;
    if (differing !== undefined) throw new DataError(`Cannot evaluate ${path}: ${differing}`);
    const { logits, indices } = await logitsOf(model, pictures, host.progress);
    opened.sayNews("test");
    const labels = indices.map((index) => samples[index].label);
    const loss = makeHostLoss(config.loss, lossContext(config, { classes, store }));
    const batchSize = config.data.eval_batch_size ?? config.data.batch_size;
    const outputs = { split: "test", logits, labels, indices } as const;
    const files = samples.map(({ path }) => path);
    const tested = { classes, tally: tallyOf(logits, labels, loss, batchSize), outputs, files, calibration };
    const page = await evaluationFiles(tested, {
      picture: async (_, index) => (await pictures.get([index]))[0],
      pathOf: (_, index) => files[index],
      encodeJpeg: host.encodeJpeg,
    });
    return { tested, page, ranOn: model.runtime };
  } finally {
    await model.close();
  }
}

/** The logits of all images that can be read, and their positions. */
async function logitsOf(model: Classifier, pictures: PictureSource, progress: StartProgress) {
  using shown = progress("testing images", pictures.length);
  const parts: Float32Array[] = [], indices: number[] = [];
  for (let start = 0; start < pictures.length; start += BATCH) {
    const all = Array.from({ length: Math.min(BATCH, pictures.length - start) }, (_, i) => start + i);
    const { positions, pictures: batch } = await readableOf(pictures, all);
    if (batch.length === 0) continue;
    parts.push(await model.logits(batch));
    append(indices, positions);
    shown.at(start + all.length);
  }
  const logits = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    logits.set(part, at);
    at += part.length;
  }
  return { logits, indices: Uint32Array.from(indices) };
}

/** Batch by batch, because a mean by class weights depends on the batches. */
function tallyOf(
  logits: Float32Array,
  labels: Uint32Array,
  loss: HostLoss,
  batchSize: number,
): Tally {
  const classes = logits.length / labels.length;
  const tallies = Array.from({ length: Math.ceil(labels.length / batchSize) }, (_, i) => {
    const some = labels.subarray(i * batchSize, (i + 1) * batchSize), rows = some.length;
    const part = logits.subarray(i * batchSize * classes, (i * batchSize + rows) * classes);
    return {
      rows,
      loss: loss(part, some),
      top1: topK(part, some, 1) / rows,
      top5: topK(part, some, Math.min(5, classes)) / rows,
    };
  });
  return sum(tallies);
}

function noteWeights(host: Host, lacksTrain: boolean): void {
  if (lacksTrain) host.print("note    no train split, so the loss has no class weights");
}

function requireTest(count: number, root: string, { tested }: DatasetView): void {
  if (count > 0) return;
  throw new DataError(
    `Cannot evaluate: ${root} has no ${tested} split; give --split with one of ${SPLITS.join(", ")} or all`,
  );
}
