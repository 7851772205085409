/** The curves of a report, from the lines of `metrics.jsonl` and `timings.jsonl`. */
import type { Curve, CurveSeries } from "../../plots/report/report.ts";

/** A line of one of the files: epoch, step and values by name. */
export type LoggedRow = Readonly<Record<string, number | null>>;

/** A series with more points is averaged down to this many. */
const MOST_POINTS = 1500;

/** One series: its name in the log, its label, and how it is drawn. */
export interface Wanted {
  readonly name: string;
  readonly label: string;
  readonly dots: boolean;
  readonly right?: boolean;
}

const each = (name: string, label: string): Wanted => ({ name, label, dots: false });
const epochs = (name: string, label: string): Wanted => ({ name, label, dots: true });

/** The learning rate is logged under the optimiser's name, such as `lr-AdamW`. */
export const RATE = "lr-";

/** A chart before its values are looked up. */
type Chart = Omit<Curve, "series"> & { readonly series: readonly Wanted[] };

/** All charts of a run that logged values under these names. */
const chartsOf = (names: ReadonlySet<string>, hasTop5: boolean): readonly Chart[] => [
  {
    title: "Loss",
    unit: "",
    log: true,
    series: [
      epochs("train/loss_epoch", "train"),
      epochs("val/loss", "validation"),
      each("train/loss_step", "train, step"),
    ],
  },
  {
    title: "Accuracy",
    unit: "%",
    log: false,
    series: [
      epochs("train/acc_top1", "train top-1"),
      epochs("val/acc_top1", "validation top-1"),
      ...(hasTop5 ? [epochs("val/acc_top5", "validation top-5")] : []),
    ],
  },
  { title: "Learning rate", unit: "", log: true, series: rates(names) },
  {
    title: "Throughput and data wait",
    unit: "images/s",
    log: false,
    series: [
      each("time/images_per_second", "images/s"),
      { name: "time/data_wait", label: "data wait", dots: false, right: true },
    ],
  },
];

/** A series for each optimiser. */
const rates = (names: ReadonlySet<string>) =>
  [...names].filter((name) => name.startsWith(RATE)).map((name) => each(name, name.slice(RATE.length)));

/** The charts that have any values. */
export function curvesOf(
  metrics: readonly LoggedRow[],
  timings: readonly LoggedRow[],
  stepsPerEpoch: number,
  hasTop5 = true,
): Curve[] {
  return chartsOf(new Set(metrics.flatMap(Object.keys)), hasTop5).flatMap((chart) => {
    const series = chart.series.flatMap((wanted) => {
      const rows = wanted.name.startsWith("time/") ? timings : metrics;
      const scale = chart.unit === "%" || wanted.right ? 100 : 1;
      return seriesOf(rows, wanted, stepsPerEpoch, scale) ?? [];
    });
    return series.length === 0 ? [] : [{ ...chart, series }];
  });
}

/** The values of a series, times `scale`, averaged down to `most` points; undefined if there are none. */
export function seriesOf(
  rows: readonly LoggedRow[],
  { name, label, dots, right }: Wanted,
  stepsPerEpoch: number,
  scale: number,
  most = MOST_POINTS,
): CurveSeries | undefined {
  const having = rows.filter((row) => row[name] !== undefined);
  if (having.length === 0) return undefined;
  const points = having.map((row) => ({
    x: row.step! / stepsPerEpoch - 1,
    y: row[name] === null ? null : scale * row[name]!,
  }));
  const shown = thinned(points, most);
  return {
    label: shown.length < points.length
      ? `${label} (mean of ${Math.ceil(points.length / shown.length)})`
      : label,
    x: shown.map(({ x }) => round(x)),
    y: shown.map(({ y }) => y === null ? null : round(y)),
    dots,
    ...(right ? { right } : {}),
  };
}

/** Averages neighbours if there are too many points. */
function thinned(
  points: readonly { x: number; y: number | null }[],
  most: number,
): { x: number; y: number | null }[] {
  const size = Math.ceil(points.length / most);
  if (size <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const part = points.slice(i * size, (i + 1) * size);
    const values = part.flatMap(({ y }) => y === null ? [] : [y]);
    const y = values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
    return { x: part[part.length - 1].x, y };
  });
}

/** Rounds to six digits, more than a chart shows. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
