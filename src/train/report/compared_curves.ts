/** The curves of several runs over each other: a chart for everything that any of them logged. */
import type { ComparedCurve } from "../../plots/report/comparison.ts";
import { type LoggedRow, RATE, seriesOf } from "./curves.ts";
import { type RunRecords, stepsPerEpoch } from "./run_records.ts";

/** A series with more points is averaged down to this many: there may be 30 of them in one chart. */
const MOST_POINTS = 400;

type Chart = Omit<ComparedCurve, "series">;

const epochs = (title: string, unit: Chart["unit"] = "", log = false): Chart => ({ title, unit, log });

/** What each name in the logs is called, in the order in which charts are offered. */
const CHARTS: Readonly<Record<string, Chart>> = {
  "val/loss": epochs("Validation loss", "", true),
  "val/acc_top1": epochs("Validation top-1", "%"),
  "val/acc_top5": epochs("Validation top-5", "%"),
  "val/f1_macro": epochs("Validation macro F1"),
  "val/auroc_macro": epochs("Validation macro AUROC"),
  "val/ece": epochs("Validation calibration error"),
  "train/loss_epoch": epochs("Training loss", "", true),
  "train/loss_step": epochs("Training loss, by step", "", true),
  "train/acc_top1": epochs("Training top-1", "%"),
  "train/acc_top5": epochs("Training top-5", "%"),
  "train/acc_top1_step": epochs("Training top-1, by step", "%"),
  [RATE]: epochs("Learning rate", "", true),
  "time/images_per_second": epochs("Throughput", "images/s"),
};

/** What has a value for each step rather than each epoch. */
const BY_STEP = /_step$|^lr-$|^time\//;
/** What is no curve: places, values of single classes, and what is measured once. */
const NO_CURVE = /^(?:epoch|step)$|\/acc_class_\d+$|^test\/|^memory\/|^time\/(?!images_per_second$)/;

/** A chart for each metric; the label of a series is the run's position. */
export function comparedCurves(runs: readonly RunRecords[]): ComparedCurve[] {
  const names = new Set(
    runs.flatMap(({ metrics, timings }) =>
      [...metrics, ...timings].flatMap((row) => Object.keys(row)).map(chartOf)
    ),
  );
  const known = Object.keys(CHARTS).filter((name) => names.has(name));
  const others = [...names].filter((name) => !(name in CHARTS) && !NO_CURVE.test(name)).sort();
  return [...known, ...others].flatMap((name) => {
    const chart = CHARTS[name] ?? epochs(name, "", true);
    const series = runs.flatMap((run, i) => {
      const rows = name.startsWith("time/") ? run.timings : run.metrics;
      const wanted = { name: logged(rows, name), label: String(i), dots: !BY_STEP.test(name) };
      const found = seriesOf(rows, wanted, stepsPerEpoch(run), chart.unit === "%" ? 100 : 1, MOST_POINTS);
      return found === undefined ? [] : [{ ...found, label: String(i) }];
    });
    return series.length === 0 ? [] : [{ ...chart, series }];
  });
}

/** The rates of all optimisers are in one chart. */
function chartOf(name: string): string {
  return name.startsWith(RATE) ? RATE : name;
}

/** The name that a run logged for a chart: that of its first optimiser. */
function logged(rows: readonly LoggedRow[], name: string): string {
  if (name !== RATE) return name;
  return rows.flatMap((row) => Object.keys(row)).find((one) => one.startsWith(RATE)) ?? name;
}
