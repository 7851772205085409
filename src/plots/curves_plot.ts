/**
 * Curves over epochs. Each line has its own colour, dash and marker, so that they are distinguishable in grey too.
 */
import { largest } from "../base/lists.ts";
import { DISTINCT } from "./colors.ts";
import type { Font } from "./font.ts";
import { linearScale, type Scale } from "./scale.ts";
import { type Child, type Drawing, drawing, element, INCH, type Markup } from "./svg.ts";
import { CAPITAL, FAINT, label, middleOf, shortened, titleLabel, widest } from "./text.ts";

/** One line. */
export interface Curve {
  readonly name: string;
  /** Indexed by position on the axis; a non-finite value leaves a gap. */
  readonly values: readonly (number | undefined)[];
  /** Shown after the name, such as the best value. */
  readonly note?: string;
}

/** Input of {@link curvesPlot}. */
export interface CurvesPlot {
  readonly title: string;
  readonly yName: string;
  /** The epoch of each curve's first value. */
  readonly firstEpoch: number;
  readonly curves: readonly Curve[];
  /** Limits of the axis, such as 0 and 100 for percentages. */
  readonly bounds: readonly [low: number, high: number];
}

const WIDTH = 8 * INCH, HEIGHT = 5 * INCH;
const TEXT = 15, LEGEND = 22, MARKED = 40;
const DASHES = ["", "8 4", "2 3", "10 3 2 3"];
const GRID = "#e3e8ed", AXIS = "#8793a0";

/** The scales of both axes. */
interface Axes {
  readonly x: (epoch: number) => number;
  readonly y: Scale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Draws curves over epochs, 8 x 5 inches. */
export function curvesPlot(plot: CurvesPlot, font: Font): Drawing {
  const { title, curves, yName } = plot;
  const axes = place(plot, font);
  const { left, right, top, bottom } = axes;
  const middle = { size: TEXT + 1, anchor: "middle" } as const;
  return drawing(
    WIDTH,
    HEIGHT,
    font.family,
    titleLabel(font, title, WIDTH, 32),
    legend(plot, font),
    grid(axes, plot),
    curves.map((curve, i) => line(curve, i, plot.firstEpoch, axes)),
    label("Epoch", { ...middle, x: (left + right) / 2, y: HEIGHT - 14 }),
    label(yName, { ...middle, x: 26, y: (top + bottom) / 2, turn: -90 }),
  );
}

function place({ curves, firstEpoch, bounds: [low, high] }: CurvesPlot, font: Font): Axes {
  const values = curves.flatMap((curve) => curve.values.filter(isFinite));
  const least = values.reduce((a, b) => Math.min(a, b), values[0] ?? low);
  const most = values.reduce((a, b) => Math.max(a, b), values[0] ?? Math.min(high, low + 1));
  const top = 44 + LEGEND * curves.length + 14, bottom = HEIGHT - 60;
  const free = linearScale([least, most], [bottom, top]);
  const ends = [Math.max(low, free.ticks[0]), Math.min(high, free.ticks.at(-1)!)] as const;
  const y = linearScale(ends, [bottom, top]);
  const left = 48 + widest(font, y.ticks.map(y.text), TEXT), right = WIDTH - 28;
  const last = epochs(curves) - 1;
  const x = (epoch: number) =>
    last === 0 ? (left + right) / 2 : left + 12 + (epoch - firstEpoch) / last * (right - left - 24);
  return { x, y, left, right, top, bottom };
}

function epochs(curves: readonly Curve[]): number {
  return largest(curves.map(({ values }) => values.length), 1);
}

/** Grid lines at the ticks of both axes, with labels. */
function grid({ x, y, left, right, top, bottom }: Axes, { curves, firstEpoch }: CurvesPlot): Child[] {
  const last = firstEpoch + epochs(curves) - 1;
  const whole = linearScale([firstEpoch, Math.max(last, firstEpoch + 1)], [0, 1], 10, 1).ticks
    .filter((epoch) => epoch >= firstEpoch && epoch <= last);
  const horizontal = y.ticks.map((value) => [
    element("line", { x1: left, x2: right, y1: y(value), y2: y(value), stroke: GRID }),
    label(y.text(value), {
      x: left - 8,
      y: middleOf(y(value), TEXT),
      size: TEXT,
      anchor: "end",
      fill: FAINT,
    }),
  ]);
  const vertical = whole.map((epoch) => [
    element("line", { x1: x(epoch), x2: x(epoch), y1: bottom, y2: bottom + 5, stroke: AXIS }),
    label(String(epoch), {
      x: x(epoch),
      y: bottom + 10 + CAPITAL * TEXT,
      size: TEXT,
      anchor: "middle",
      fill: FAINT,
    }),
  ]);
  const frame = element("path", {
    d: `M${left.toFixed(2)} ${top}V${bottom}H${right}`,
    fill: "none",
    stroke: AXIS,
  });
  return [horizontal, vertical, frame];
}

/** One line, broken at its gaps; markers make isolated points visible. */
function line({ values }: Curve, i: number, firstEpoch: number, { x, y }: Axes): Markup {
  const stroke = DISTINCT[i % DISTINCT.length];
  const points = values.map((value, epoch) =>
    isFinite(value) ? [x(firstEpoch + epoch), y(value)] as const : undefined
  );
  const path = points.map((point, epoch) => {
    if (!point) return "";
    return `${epoch > 0 && points[epoch - 1] ? "L" : "M"}${point[0].toFixed(2)} ${point[1].toFixed(2)}`;
  }).join("");
  const alone = (epoch: number) => !points[epoch - 1] && !points[epoch + 1];
  const marks = points.flatMap((point, epoch) =>
    point && (values.length <= MARKED || alone(epoch)) ? [mark(i, point[0], point[1])] : []
  );
  const dash = DASHES[i % DASHES.length] || undefined;
  const curve = element("path", {
    d: path || undefined,
    fill: "none",
    stroke,
    "stroke-width": 2.25,
    "stroke-linejoin": "round",
    "stroke-dasharray": dash,
  });
  return element("g", {}, curve, marks);
}

/** A curve's marker: circle, square, triangle or diamond. */
function mark(i: number, x: number, y: number): Markup {
  const fill = DISTINCT[i % DISTINCT.length], r = 4;
  const shapes = [
    () => element("circle", { cx: x, cy: y, r, fill }),
    () => element("rect", { x: x - r + .5, y: y - r + .5, width: 2 * r - 1, height: 2 * r - 1, fill }),
    () => element("path", { d: polygon(x, y, [[0, -r - .5], [r + .5, r - .5], [-r - .5, r - .5]]), fill }),
    () => element("path", { d: polygon(x, y, [[0, -r - 1], [r + 1, 0], [0, r + 1], [-r - 1, 0]]), fill }),
  ];
  return shapes[i % shapes.length]();
}

function polygon(x: number, y: number, corners: readonly (readonly [number, number])[]): string {
  return "M" + corners.map(([dx, dy]) => `${(x + dx).toFixed(2)} ${(y + dy).toFixed(2)}`).join("L") + "Z";
}

/** The names of the curves above the plot, one in each row, with their notes. */
function legend({ curves }: CurvesPlot, font: Font): Markup[] {
  const entries = curves.map(({ name, values, note }) =>
    [name, note, values.some(isFinite) ? "" : "no finite value"].filter(Boolean).join(": ")
  );
  const start = Math.max(70, (WIDTH - widest(font, entries, TEXT) - 44) / 2);
  return entries.flatMap((full, i) => {
    const y = 56 + LEGEND * i, stroke = DISTINCT[i % DISTINCT.length];
    const sample = { x1: start, x2: start + 34, y1: y, y2: y, stroke, "stroke-width": 2.25 };
    const text = shortened(font, full, TEXT, WIDTH - start - 64);
    return [
      element("line", { ...sample, "stroke-dasharray": DASHES[i % DASHES.length] || undefined }),
      mark(i, start + 17, y),
      label(text, { x: start + 44, y: middleOf(y, TEXT), size: TEXT, full }),
    ];
  });
}

function isFinite(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}
