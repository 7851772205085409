/** The table of runs: what each reached, and how fast. */
import type { ComparedFigure } from "../../plots/report/comparison.ts";
import type { SplitResult } from "../../plots/report/report.ts";
import type { LoggedRow } from "./curves.ts";
import type { RunRecords } from "./run_records.ts";

/** A run as far as its figures need it. */
export interface MeasuredRun {
  readonly records: RunRecords;
  readonly results: readonly SplitResult[];
}

/** A column before its values are looked up. */
interface Column extends Omit<ComparedFigure, "values"> {
  readonly valueOf: (run: MeasuredRun) => number | null | undefined;
}

const VALIDATION: readonly (readonly [name: string, title: string, unit: "" | "%", best: "max" | "min"])[] = [
  ["loss", "loss", "", "min"],
  ["acc_top1", "top-1", "%", "max"],
  ["f1_macro", "macro F1", "", "max"],
  ["auroc_macro", "macro AUROC", "", "max"],
];

const COLUMNS: readonly Column[] = [
  ...VALIDATION.flatMap(([name, title, unit, best]): Column[] => {
    const values = ({ records }: MeasuredRun) => logged(records.metrics, `val/${name}`);
    const better = best === "max" ? Math.max : Math.min;
    return [
      {
        name: `Best val ${title}`,
        unit,
        best,
        valueOf: (run) => values(run).reduce<number | null>((a, b) => a === null ? b : better(a, b), null),
      },
      ...["loss", "acc_top1"].includes(name)
        ? [{ name: `Last val ${title}`, unit, best, valueOf: (run: MeasuredRun) => values(run).at(-1) }]
        : [],
    ];
  }),
  tested("Test loss", "", "min", "loss", "loss"),
  tested("Test top-1", "%", "max", "acc_top1", "top1"),
  tested("Test macro F1", "", "max", "f1_macro", "f1"),
  tested("Test macro AUROC", "", "max", "auroc_macro", "auroc"),
  {
    name: "Epochs",
    unit: "",
    best: undefined,
    valueOf: ({ records: { metrics } }) => logged(metrics, "train/loss_epoch", true).length || null,
  },
  {
    name: "Epoch time",
    unit: "s",
    best: "min",
    valueOf: ({ records: { timings } }) => median(logged(timings, "time/epoch_seconds")),
  },
  {
    name: "Images/s",
    unit: "images/s",
    best: "max",
    valueOf: ({ records: { timings } }) =>
      median(
        logged(timings.filter((row) => row["time/epoch_seconds"] !== undefined), "time/images_per_second"),
      ),
  },
];

/** A figure of the test, which evaluations have in their report only. */
function tested(
  name: string,
  unit: "" | "%",
  best: "max" | "min",
  key: string,
  inReport: "loss" | "top1" | "f1" | "auroc",
): Column {
  return {
    name,
    unit,
    best,
    valueOf: ({ records, results }) =>
      logged(records.metrics, `test/${key}`).at(-1) ??
        results.find(({ split }) => split === "test")?.[inReport],
  };
}

/** The columns that any run has a value for. */
export function comparedFigures(runs: readonly MeasuredRun[]): ComparedFigure[] {
  return COLUMNS.flatMap(({ valueOf, ...column }) => {
    const values = runs.map((run) => valueOf(run) ?? null);
    return values.every((value) => value === null) ? [] : [{ ...column, values }];
  });
}

/** All values of a name in order; those that were not finite, which are null, only if asked for. */
function logged(rows: readonly LoggedRow[], name: string, withNull = false): number[] {
  return rows.flatMap((row) => {
    const value = row[name];
    return value === undefined || value === null && !withNull ? [] : [value ?? NaN];
  });
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b), half = sorted.length / 2;
  return (sorted[Math.floor(half)] + sorted[Math.ceil(half) - 1]) / 2;
}
