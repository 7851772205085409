/** Builds a run's report from the files in its folder. */
import { DataError, firstLineOf } from "../../base/errors.ts";
import { readJson, readJsonLines } from "../../base/json_text.ts";
import { lockedBy } from "../../base/lock.ts";
import { temporaryOf } from "../../base/temporary_name.ts";
import { parse } from "yaml";
import { EVALUATED_SPLITS, type EvaluatedSplit } from "../../data/types.ts";
import { hasTop5 } from "../../metrics/accuracy.ts";
import { type Confusion, confusionTotals } from "../../metrics/confusion.ts";
import { f1Scores } from "../../metrics/f1.ts";
import type { Report, ReportFile, ReportPicture, SplitResult } from "../../plots/report/report.ts";
import { spreadRows } from "./choose_pictures.ts";
import { curvesOf, type LoggedRow } from "./curves.ts";
import {
  type PictureFile,
  type Predictions,
  REPORT_DATA,
  REPORT_PICTURES,
  type ReportData,
} from "./report_data.ts";

/** A run's folder. Paths are relative to it. */
export interface RunFiles {
  /** Its path, for display and for relative links to files outside it. */
  readonly folder: string;
  /** The text of a file, or undefined if there is none. */
  text(path: string): Promise<string | undefined>;
  /** All files with their sizes. */
  list(): Promise<{ path: string; bytes: number }[]>;
}

/** How a run ended, as far as its `result.json` says. */
interface Ending {
  readonly exit_code?: number;
  readonly error?: string | null;
  readonly seconds?: number;
}

/** Reads the available files; whatever is missing is left out, and the report says so. @throws DataError if one is damaged */
export async function readRun(files: RunFiles, now: Date): Promise<Report> {
  const at = (path: string) => `${files.folder}/${path}`;
  const json = async <T>(path: string) => {
    const text = await files.text(path);
    return text === undefined ? undefined : readJson(text, at(path)) as T;
  };
  const rows = async (path: string) => readJsonLines(await files.text(path) ?? "", at(path)) as LoggedRow[];
  const yaml = async (path: string) => readYaml(await files.text(path) ?? "", at(path));
  const data = await json<ReportData>(REPORT_DATA);
  const pictures = await json<PictureFile>(REPORT_PICTURES) ?? {};
  const run = await json<Record<string, unknown>>("run.json") ?? {},
    result = await json<Ending>("result.json");
  const metrics = await rows("metrics.jsonl"), timings = await rows("timings.jsonl");
  const config = await yaml(".hydra/config.yaml") ?? {}, overrides = await yaml(".hydra/overrides.yaml");
  const classes = data?.classes ?? await classNames(files);
  return {
    title: run.weights === undefined ? String(run.experiment ?? "Run") : `Evaluation of ${run.weights}`,
    folder: files.folder,
    ...statusOf(data, result),
    environment: environmentOf(run, result, data, timings),
    overrides: Array.isArray(overrides) ? overrides.map(String) : [],
    config: flat(config),
    health: data?.health,
    classes,
    splits: data?.samples ?? [],
    curves: curvesOf(metrics, timings, stepsPerEpoch(metrics, data), hasTop5(classes.length)),
    results: EVALUATED_SPLITS.flatMap((split) => {
      const predictions = data?.[split];
      return predictions ? [resultOf(split, predictions, classes.length, pictures[split] ?? {})] : [];
    }),
    files: [
      ...linked(await files.list()),
      ...(data?.checkpoints ?? []).flatMap((path) => outside(files.folder, path)),
    ],
    written: now.toISOString().slice(0, 16).replace("T", " ") + " UTC",
  };
}

/** What a YAML file has, with values as it writes them: 1.0 is not 1. @throws DataError that names the file */
function readYaml(text: string, name: string): unknown {
  try {
    return parse(text, { schema: "failsafe" });
  } catch (cause) {
    throw new DataError(
      `Cannot read "${name}": it is not valid YAML (${firstLineOf(cause)}); restore it, or remove it`,
      { cause },
    );
  }
}

async function classNames(files: RunFiles): Promise<string[]> {
  const text = await files.text("labels_mapping.json");
  if (text === undefined) return [];
  const { class_to_idx: places } = readJson(text, `${files.folder}/labels_mapping.json`) as {
    class_to_idx: Record<string, number>;
  };
  return Object.entries(places).sort(([, a], [, b]) => a - b).map(([name]) => name);
}

/** Optimiser steps in an epoch, according to the last line that ends one. */
function stepsPerEpoch(metrics: readonly LoggedRow[], data: ReportData | undefined): number {
  const last = metrics.findLast((row) => row["train/loss_epoch"] !== undefined);
  return last ? Math.max(1, last.step! / (last.epoch! + 1)) : Math.max(1, data?.batches_per_epoch ?? 1);
}

function statusOf(
  data: ReportData | undefined,
  result: Ending | undefined,
): Pick<Report, "status" | "isOver"> {
  const epochs = (count: number) => `${count} epoch${count === 1 ? "" : "s"}`;
  if (!data) {
    const ended = result ? `Ended with exit code ${result.exit_code}` : "Unknown how it ended";
    return { status: ended, isOver: result?.exit_code === 0 };
  }
  if (data.status === "evaluated") return { status: "Evaluated", isOver: true };
  const done = `${data.epochs} of ${epochs(data.max_epochs!)}`;
  if (data.status === "finished") return { status: `Finished after ${epochs(data.epochs!)}`, isOver: true };
  if (data.status === "interrupted") return { status: `Interrupted after ${done}`, isOver: false };
  if (result?.error) return { status: `Failed after ${done}: ${result.error}`, isOver: false };
  return { status: `After ${done}`, isOver: false };
}

function environmentOf(
  run: Readonly<Record<string, unknown>>,
  result: Ending | undefined,
  data: ReportData | undefined,
  timings: readonly LoggedRow[],
): [string, string][] {
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

/** Full keys with their values as text; a list of plain values is one value. */
function flat(value: unknown, path = ""): [string, string][] {
  const isPlain = value === null || typeof value !== "object";
  if (isPlain) return [[path, value === null ? "null" : String(value)]];
  const entries = Object.entries(value);
  if (entries.length === 0) return path === "" ? [] : [[path, Array.isArray(value) ? "[]" : "{}"]];
  if (Array.isArray(value) && value.every((item) => item === null || typeof item !== "object")) {
    return [[path, `[${value.join(", ")}]`]];
  }
  return entries.flatMap(([key, item]) => flat(item, path === "" ? key : `${path}.${key}`));
}

function resultOf(
  split: EvaluatedSplit,
  predictions: Predictions,
  classes: number,
  pictures: NonNullable<PictureFile["valid"]>,
): SplitResult {
  const { labels, predicted, indices, confidence, epoch, auroc, loss, top1, top5, ece } = predictions;
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
    f1: scores?.macro ?? null,
    auroc: areas.length === 0 ? null : areas.reduce((sum, area) => sum + area, 0) / areas.length,
    cells: [...counts.entries()].filter(([, count]) => count > 0)
      .map(([i, count]) => [Math.floor(i / classes), i % classes, count] as const),
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
  const isSameKind = folder.startsWith("/") === path.startsWith("/");
  const up = folder.split("/").filter((part) => part !== "" && part !== ".").map(() => "..");
  return [{
    path,
    bytes: undefined,
    href: isSameKind && !folder.includes("..")
      ? hrefOf([...up, path.replace(/^\//, "")].join("/"))
      : undefined,
  }];
}

function hrefOf(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
