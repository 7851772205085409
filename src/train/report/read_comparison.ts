/** Compares runs by the files in their folders. */
import { DataError } from "../../base/errors.ts";
import type {
  ComparedKey,
  ComparedResult,
  ComparedRun,
  Comparison,
  UnfinishedRun,
} from "../../plots/report/comparison.ts";
import { join, relativePath } from "../../data/files/paths.ts";
import type { FileTree } from "../../data/types.ts";
import { comparedCurves } from "./compared_curves.ts";
import { comparedFigures, type MeasuredRun } from "./compared_figures.ts";
import { resultsOf, timeText } from "./read_run.ts";
import { type Nameable, runNames } from "./run_names.ts";
import { readRecords, type RunRecords, statusOf } from "./run_records.ts";
import { type FoundRun, type FoundRuns, runsBelow } from "./runs_below.ts";

/** How runs are read. */
export interface ComparisonOptions {
  readonly now: Date;
  /** The folder in which the comparison will be, for links to the reports of runs; undefined for no links. */
  readonly from?: string | undefined;
  /** Called after each run that was read. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A run with what it wrote. */
interface ReadRun extends FoundRun, MeasuredRun {
  readonly overrides: readonly string[];
}

/** Compares all runs in trees of files. @throws DataError if there are none, or a file of one is damaged */
export async function readComparison(
  trees: readonly FileTree[],
  options: ComparisonOptions,
): Promise<Comparison> {
  const { runs: found, missing } = await runsIn(trees), title = trees.map(({ name }) => name).join(", ");
  if (found.length === 0) {
    throw new DataError(
      `Cannot compare the runs in "${title}": there are none; a run's folder has run.json, as those below outputs`,
    );
  }
  const all: ReadRun[] = [];
  for (const run of found) {
    options.signal?.throwIfAborted();
    const records = await readRecords(run.files);
    const results = resultsOf(records.data, records.classes.length);
    all.push({ ...run, records, results, overrides: records.overrides });
    options.onProgress?.(all.length, found.length);
  }
  const names = runNames([...all, ...missing]);
  const isMeasured = ({ records, results }: ReadRun) => records.metrics.length > 0 || results.length > 0;
  const measured = [...all.keys()].filter((i) => isMeasured(all[i]));
  const runs = measured.map((i) => all[i]), classLists = distinctLists(runs);
  return {
    title,
    runs: measured.map((i): ComparedRun => ({
      ...names[i],
      folder: all[i].folder,
      status: unfinishedStatus(all[i].records),
      href: reportOf(all[i], options.from),
    })),
    unfinished: [
      ...all.flatMap(({ folder, records }, i): UnfinishedRun[] => {
        const reason = reasonOf(records);
        return reason === undefined ? [] : [{ name: names[i].name, folder, reason }];
      }),
      ...missing.map(({ folder }, i) => ({ name: names[all.length + i].name, folder, reason: "Not run" })),
    ],
    figures: comparedFigures(runs),
    curves: comparedCurves(runs.map(({ records }) => records)),
    config: differingKeys(runs.map(({ records }) => records.config)),
    classLists,
    results: runs.flatMap(({ records, results }, run) =>
      results.map(({ split, title, cells }): ComparedResult => {
        const name = JSON.stringify(records.classes);
        const classes = classLists.findIndex((list) => JSON.stringify(list) === name);
        return { run, split, title, classes, cells };
      })
    ),
    written: timeText(options.now),
  };
}

function distinctLists(runs: readonly ReadRun[]): (readonly string[])[] {
  const lists = runs.filter(({ results }) => results.length > 0).map(({ records }) => records.classes);
  return [...new Map(lists.map((list) => [JSON.stringify(list), list])).values()];
}

/** The runs of all trees; of several, their folders begin with the tree's name. */
async function runsIn(trees: readonly FileTree[]): Promise<FoundRuns> {
  const found = await Promise.all(trees.map(runsBelow));
  if (found.length === 1) return found[0];
  const at = (name: string, folder: string) => folder === "" ? name : join(name, folder);
  const placed = <Run extends Omit<Nameable, "overrides">>({ name }: FileTree, runs: readonly Run[]) =>
    runs.map((run): Run => ({
      ...run,
      folder: at(name, run.folder),
      sweep: run.sweep === undefined ? undefined : at(name, run.sweep),
    }));
  return {
    runs: trees.flatMap((tree, i) => placed(tree, found[i].runs)),
    missing: trees.flatMap((tree, i) => placed(tree, found[i].missing)),
  };
}

function reportOf({ hasReport, files }: FoundRun, from: string | undefined): string | undefined {
  if (!hasReport || from === undefined) return undefined;
  return relativePath(from, join(files.folder, "report.html"))?.split("/").map(encodeURIComponent).join("/");
}

function unfinishedStatus(records: RunRecords): string | undefined {
  const { status, isOver } = statusOf(records);
  return isOver ? undefined : status;
}

/** Why a run did not end well; undefined if it did. */
function reasonOf(records: RunRecords): string | undefined {
  const status = unfinishedStatus(records);
  if (status === undefined || records.result !== undefined) return status;
  if (records.data?.status === "interrupted") return status;
  return `${records.data ? `${status}, without a result` : "No result"}: it was killed, or is still running`;
}

/** Keys whose values are not the same in all runs, in the order in which they first come. */
export function differingKeys(configs: readonly RunRecords["config"][]): ComparedKey[] {
  const maps = configs.map((config) => new Map(config));
  const keys = [...new Set(configs.flatMap((config) => config.map(([key]) => key)))];
  return keys.flatMap((key): ComparedKey[] => {
    const values = maps.map((map) => map.get(key) ?? null);
    return values.every((value) => value === values[0]) ? [] : [{ key, values }];
  });
}
