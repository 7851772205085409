/** Builds a run's report from the files in its folder. */
import { readJson } from "../../base/json_text.ts";
import { lockedBy } from "../../base/lock.ts";
import { temporaryOf } from "../../base/temporary_name.ts";
import { relativePath } from "../../data/files/paths.ts";
import { EVALUATED_SPLITS, type EvaluatedSplit } from "../../data/types.ts";
import { hasTop5 } from "../../metrics/accuracy.ts";
import { type Confusion, confusionTotals } from "../../metrics/confusion.ts";
import { errorOf } from "../../metrics/calibration.ts";
import { f1Scores } from "../../metrics/f1.ts";
import type {
  Calibrated,
  Reliability,
  Report,
  ReportFile,
  ReportPicture,
  SplitResult,
} from "../../plots/report/report.ts";
import { type Calibration, calibrationNotes, temperatureText } from "../calibration.ts";
import { spreadRows } from "./choose_pictures.ts";
import { curvesOf } from "./curves.ts";
import {
  type BinsInFile,
  GRADCAM,
  type PictureFile,
  type Predictions,
  RATE_PLOT,
  REPORT_PICTURES,
  type ReportData,
} from "./report_data.ts";
import { readRecords, type RunFiles, type RunRecords, statusOf, stepsPerEpoch } from "./run_records.ts";

/** Reads the available files; whatever is missing is left out, and the report says so. @throws DataError if one is damaged */
export async function readRun(files: RunFiles, now: Date): Promise<Report> {
  const records = await readRecords(files);
  const { data, run, metrics, timings, config, overrides, classes } = records;
  const pictures = readPictures(await files.text(REPORT_PICTURES), files.folder);
  const list = await files.list();
  return {
    title: run.weights === undefined ? String(run.experiment ?? "Run") : `Evaluation of ${run.weights}`,
    folder: files.folder,
    ...statusOf(records),
    environment: environmentOf(records),
    overrides,
    config,
    health: data?.health,
    classes,
    splits: data?.samples ?? [],
    curves: curvesOf(metrics, timings, stepsPerEpoch(records), hasTop5(classes.length)),
    results: resultsOf(data, classes.length, pictures),
    calibrated: data?.calibration && calibratedBy(data.calibration),
    looks: await latestLooks(files, list),
    rates: (await files.bytes(RATE_PLOT))?.toBase64(),
    files: [
      ...linked(list),
      ...(data?.checkpoints ?? []).flatMap((path) => outside(files.folder, path)),
    ],
    written: timeText(now),
  };
}

/** The drawing of what the model looks at, of the last epoch that has one. */
async function latestLooks(files: RunFiles, list: readonly { path: string }[]): Promise<Report["looks"]> {
  const last = list.map(({ path }) => path).filter((path) =>
    /^epoch_\d+\//.test(path) && path.endsWith(`/${GRADCAM}`)
  )
    .sort().at(-1);
  const png = last === undefined ? undefined : await files.bytes(last);
  return png && { epoch: Number(last!.slice("epoch_".length, last!.indexOf("/"))), png: png.toBase64() };
}

function calibratedBy(calibration: Calibration): Calibrated {
  return {
    text: temperatureText(calibration),
    notes: calibrationNotes(calibration),
    minPrecision: calibration.min_precision,
    thresholds: calibration.classes,
  };
}

function reliabilityOf({ samples, confidence, hits }: BinsInFile): Reliability {
  const values = (of: readonly (number | null)[]) => Float64Array.from(of, (value) => value ?? NaN);
  const ece = errorOf({ samples: values(samples), confidence: values(confidence), hits: values(hits) });
  return {
    ece: ece !== null && Number.isFinite(ece) ? ece : null,
    bins: samples.map((images, i) => ({ images, accuracy: images === 0 ? null : hits[i] / images })),
  };
}

function readPictures(text: string | undefined, folder: string): PictureFile {
  return text === undefined ? {} : readJson(text, `${folder}/${REPORT_PICTURES}`) as PictureFile;
}

/** The results of each split that was evaluated. */
export function resultsOf(
  data: ReportData | undefined,
  classes: number,
  pictures: PictureFile = {},
): SplitResult[] {
  return EVALUATED_SPLITS.flatMap((split) => {
    const predictions = data?.[split];
    return predictions ? [resultOf(split, predictions, classes, pictures[split] ?? {})] : [];
  });
}

/** A time as reports show it. */
export function timeText(now: Date): string {
  return now.toISOString().slice(0, 16).replace("T", " ") + " UTC";
}

function environmentOf({ run, result, data, timings }: RunRecords): [string, string][] {
  const names: Record<string, string> = {
    adapter: "Device",
    weights: "Weights",
    runtime: "Runtime",
    commit: "Commit",
    seed: "Seed",
    started: "Started",
  };
  const known = Object.entries(names).flatMap(([key, name]): [string, string][] =>
    run[key] === undefined || run[key] === null ? [] : [[name, String(run[key])]]
  );
  const peak = timings.findLast((row) => row["memory/peak_bytes"])?.["memory/peak_bytes"];
  const trained = timings.reduce((sum, row) => sum + (row["time/epoch_seconds"] ?? 0), 0);
  const valid = data?.valid;
  return [
    ...known,
    ...(trained > 0 ? [["Training", seconds(trained)] as [string, string]] : []),
    ...(result?.seconds ? [["Total time", seconds(result.seconds)] as [string, string]] : []),
    ...(peak ? [["Peak GPU memory", `${(peak / 1024 ** 2).toFixed(1)} MiB`] as [string, string]] : []),
    ...(valid?.epoch !== undefined
      ? [["Best epoch", `${valid.epoch}, step ${valid.step}`] as [string, string]]
      : []),
  ];
}

function seconds(value: number): string {
  if (value < 60) return `${value.toFixed(1)} s`;
  const minutes = Math.floor(value / 60), hours = Math.floor(minutes / 60);
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min ${Math.floor(value % 60)} s`;
}

function resultOf(
  split: EvaluatedSplit,
  predictions: Predictions,
  classes: number,
  pictures: NonNullable<PictureFile["valid"]>,
): SplitResult {
  const { labels, predicted, indices, confidence, epoch, auroc, loss, top1, top5, ece } = predictions;
  const { reliability, coverage } = predictions;
  const counts = new Float64Array(classes * classes);
  for (const [row, label] of labels.entries()) counts[label * classes + predicted[row]]++;
  const confusion: Confusion = { classes, counts };
  const scores = f1Scores(confusion), totals = confusionTotals(confusion);
  const areas = auroc.filter((area) => area !== null);
  const shown = (row: number): ReportPicture[] => {
    const picture = pictures[indices[row]];
    const about = { truth: labels[row], predicted: predicted[row], confidence: confidence[row] };
    return picture ? [{ index: indices[row], ...about, ...picture }] : [];
  };
  return {
    split,
    title: titleOf(split, epoch),
    samples: labels.length,
    loss,
    top1,
    top5: hasTop5(classes) ? top5 : null,
    ece,
    reliability: reliability && {
      before: reliabilityOf(reliability.before),
      after: reliability.after && reliabilityOf(reliability.after),
    },
    coverage,
    f1: scores?.macro ?? null,
    auroc: areas.length === 0 ? null : areas.reduce((sum, area) => sum + area, 0) / areas.length,
    cells: cellsOf(confusion),
    classes: Array.from({ length: classes }, (_, c) => ({
      support: totals.samples[c],
      accuracy: totals.samples[c] === 0 ? null : totals.hits[c] / totals.samples[c],
      precision: totals.predicted[c] === 0 ? null : totals.hits[c] / totals.predicted[c],
      f1: scores?.perClass[c] ?? 0,
      auroc: auroc[c] ?? null,
    })),
    pictures: [...labels.keys()].flatMap(shown),
    spread: spreadRows(predictions).map((row) => indices[row]),
  };
}

/** Cells with samples. There may be a million without. */
function cellsOf({ classes, counts }: Confusion): SplitResult["cells"] {
  const cells: (readonly [truth: number, predicted: number, count: number])[] = [];
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] > 0) cells.push([Math.floor(i / classes), i % classes, counts[i]]);
  }
  return cells;
}

function titleOf(split: EvaluatedSplit, epoch: number | undefined): string {
  if (epoch === undefined) return split === "test" ? "Test" : "Validation";
  return split === "test" ? `Test, weights of epoch ${epoch}` : `Validation, epoch ${epoch}`;
}

/** All files except the report itself, those still being written, and locks. */
function linked(files: readonly { path: string; bytes: number }[]): ReportFile[] {
  return files.filter(({ path }) =>
    path !== "report.html" && temporaryOf(path) === undefined && !lockedBy(path)
  )
    .map(({ path, bytes }) => ({ path, bytes, href: hrefOf(path) }));
}

/** Files outside the run's folder. */
function outside(folder: string, path: string): ReportFile[] {
  if (path.startsWith(`${folder}/`)) return [];
  const href = relativePath(folder, path);
  return [{ path, bytes: undefined, href: href === undefined ? undefined : hrefOf(href) }];
}

function hrefOf(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
