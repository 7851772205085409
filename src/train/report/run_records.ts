/** What a run has written into its folder, read but not yet interpreted: its report and comparisons are made of it. */
import { parse } from "yaml";
import { DataError, firstLineOf } from "../../base/errors.ts";
import { readJson, readJsonLines } from "../../base/json_text.ts";
import type { LoggedRow } from "./curves.ts";
import { REPORT_DATA, type ReportData } from "./report_data.ts";

/** A run's folder. Paths are relative to it. */
export interface RunFiles {
  /** Its path, for display and for relative links to files outside it. */
  readonly folder: string;
  /** The text of a file, or undefined if there is none. */
  text(path: string): Promise<string | undefined>;
  /** The same as it is. */
  bytes(path: string): Promise<Uint8Array | undefined>;
  /** All files with their sizes. */
  list(): Promise<{ path: string; bytes: number }[]>;
}

/** How a run ended, as far as its `result.json` says. */
export interface Ending {
  readonly exit_code?: number;
  readonly error?: string | null;
  readonly seconds?: number;
}

/** The records of a run; what is missing is undefined or empty. */
export interface RunRecords {
  readonly data: ReportData | undefined;
  readonly run: Readonly<Record<string, unknown>>;
  readonly result: Ending | undefined;
  readonly metrics: readonly LoggedRow[];
  readonly timings: readonly LoggedRow[];
  /** Full keys with their values as text. */
  readonly config: readonly (readonly [key: string, value: string])[];
  readonly overrides: readonly string[];
  readonly classes: readonly string[];
}

/** Reads the available files. @throws DataError if one is damaged */
export async function readRecords(files: Pick<RunFiles, "folder" | "text">): Promise<RunRecords> {
  const at = (path: string) => `${files.folder}/${path}`;
  const json = async <T>(path: string) => {
    const text = await files.text(path);
    return text === undefined ? undefined : readJson(text, at(path)) as T;
  };
  const rows = async (path: string) => readJsonLines(await files.text(path) ?? "", at(path)) as LoggedRow[];
  const yaml = async (path: string) => readYaml(await files.text(path) ?? "", at(path));
  const data = await json<ReportData>(REPORT_DATA);
  const overrides = await yaml(".hydra/overrides.yaml");
  return {
    data,
    run: await json<Record<string, unknown>>("run.json") ?? {},
    result: await json<Ending>("result.json"),
    metrics: await rows("metrics.jsonl"),
    timings: await rows("timings.jsonl"),
    config: flat(await yaml(".hydra/config.yaml") ?? {}),
    overrides: Array.isArray(overrides) ? overrides.map(String) : [],
    classes: data?.classes ?? classNames(await json<LabelsMapping>("labels_mapping.json")),
  };
}

/** What a YAML file has, with values as it writes them: 1.0 is not 1. @throws DataError that names the file */
export function readYaml(text: string, name: string): unknown {
  try {
    return parse(text, { schema: "failsafe" });
  } catch (cause) {
    throw new DataError(
      `Cannot read "${name}": it is not valid YAML (${firstLineOf(cause)}); restore it, or remove it`,
      { cause },
    );
  }
}

interface LabelsMapping {
  readonly class_to_idx: Readonly<Record<string, number>>;
}

function classNames(mapping: LabelsMapping | undefined): string[] {
  return Object.entries(mapping?.class_to_idx ?? {}).sort(([, a], [, b]) => a - b).map(([name]) => name);
}

/** Optimiser steps in an epoch, according to the last line that ends one. */
export function stepsPerEpoch({ metrics, data }: RunRecords): number {
  const last = metrics.findLast((row) => row["train/loss_epoch"] !== undefined);
  return last ? Math.max(1, last.step! / (last.epoch! + 1)) : Math.max(1, data?.batches_per_epoch ?? 1);
}

/** How far a run is: "Finished after 4 epochs"; `isOver` is false while it may still continue. */
export function statusOf({ data, result }: RunRecords): { status: string; isOver: boolean } {
  const epochs = (count: number) => `${count} epoch${count === 1 ? "" : "s"}`;
  if (!data) {
    const ended = result ? `Ended with exit code ${result.exit_code}` : "Unknown how it ended";
    return { status: result?.error ? `${ended}: ${result.error}` : ended, isOver: result?.exit_code === 0 };
  }
  if (data.status === "evaluated") return { status: "Evaluated", isOver: true };
  if (data.status === "lr_find") return { status: "Looked for a learning rate", isOver: true };
  const done = `${data.epochs} of ${epochs(data.max_epochs!)}`;
  if (data.status === "finished") return { status: `Finished after ${epochs(data.epochs!)}`, isOver: true };
  if (data.status === "interrupted") return { status: `Interrupted after ${done}`, isOver: false };
  if (result?.error) return { status: `Failed after ${done}: ${result.error}`, isOver: false };
  return { status: `After ${done}`, isOver: false };
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
