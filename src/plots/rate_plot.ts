/** The loss of a range test by learning rate, on a logarithmic axis, with the suggested rate. */
import { largest, smallest } from "../base/lists.ts";
import { DISTINCT } from "./colors.ts";
import type { Font } from "./font.ts";
import { linearScale, type Scale } from "./scale.ts";
import { type Child, type Drawing, drawing, element, INCH, type Markup } from "./svg.ts";
import { CAPITAL, FAINT, label, middleOf, titleLabel, widest } from "./text.ts";

/** Input of {@link ratePlot}: a value for each step. */
export interface RatePlot {
  readonly title: string;
  /** Above 0, rising. */
  readonly rates: readonly number[];
  readonly losses: readonly number[];
  readonly smoothed: readonly number[];
  /** One of the rates, if one is suggested. */
  readonly suggestion: number | undefined;
}

const WIDTH = 8 * INCH, HEIGHT = 5 * INCH, TEXT = 15, TOP = 80, BOTTOM = HEIGHT - 60;
const GRID = "#e3e8ed", AXIS = "#8793a0", [LINE, SUGGESTED] = DISTINCT;
/** Room above the losses from which they fall, as a share of the fall. */
const ABOVE = 0.4;
/** The share of losses that a far rise leaves where they were, and how many times their reach is shown. */
const UNRISEN = 1 / 3, REACH = 4;
/** Dots are larger where there are few. */
const FEW = 40;

/** A learning rate as text: "0.0025", "3.2e-6". */
export function rateText(rate: number): string {
  const digits = Number(rate.toPrecision(2));
  return digits >= 1e-3 && digits < 1e4 ? String(digits) : digits.toExponential().replace("+", "");
}

/** Draws it, 8 x 5 inches. */
export function ratePlot(plot: RatePlot, font: Font): Drawing {
  const { title, rates, losses, smoothed, suggestion } = plot;
  const y = lossScale(plot);
  const left = 48 + widest(font, y.ticks.map(y.text), TEXT), right = WIDTH - 28;
  const powers = rates.map(Math.log10), first = powers[0] ?? 0, last = powers.at(-1) ?? 1;
  const x = (power: number) => left + 12 + (power - first) / (last - first || 1) * (right - left - 24);
  const line = (values: readonly number[]) => values.map((value, i) => [x(powers[i]), y(value)] as const);
  const middle = { size: TEXT + 1, anchor: "middle" } as const;
  const at = suggestion === undefined ? -1 : rates.indexOf(suggestion);
  return drawing(
    WIDTH,
    HEIGHT,
    font.family,
    titleLabel(font, title, WIDTH, 32),
    legend(plot, y, font),
    lossAxis(y, left, right),
    rateAxis(x, first, last),
    element("path", {
      d: `M${left.toFixed(2)} ${TOP}V${BOTTOM}H${right}`,
      fill: "none",
      stroke: AXIS,
    }),
    dots(line(losses), left, right),
    element(
      "clipPath",
      { id: "inside" },
      element("rect", { x: left, y: TOP, width: right - left, height: BOTTOM - TOP }),
    ),
    element("path", {
      "clip-path": "url(#inside)",
      d: line(smoothed).map(([px, py], i) => `${i ? "L" : "M"}${px.toFixed(2)} ${py.toFixed(2)}`).join("") ||
        undefined,
      fill: "none",
      stroke: LINE,
      "stroke-width": 2.25,
      "stroke-linejoin": "round",
    }),
    at < 0 ? [] : element("circle", { cx: x(powers[at]), cy: y(smoothed[at]), r: 7, fill: SUGGESTED }),
    label("Learning rate", { ...middle, x: (left + right) / 2, y: HEIGHT - 14 }),
    label("Loss", { ...middle, x: 26, y: (TOP + BOTTOM) / 2, turn: -90 }),
  );
}

/**
 * Has room for the smoothed losses up to their lowest, and for the scatter of single ones: how far they rise behind it
 * says nothing more, and would leave no room for the fall.
 */
function lossScale({ losses, smoothed }: RatePlot): Scale {
  const lowest = smoothed.indexOf(smallest(smoothed)), high = largest(smoothed.slice(0, lowest + 1));
  const sorted = [...losses].sort((a, b) => a - b), low = Math.min(smallest(smoothed), smallest(losses));
  const usual = sorted[Math.floor(sorted.length * UNRISEN)] ?? 0;
  const most = Math.max(high + ABOVE * (high - low), low + REACH * (usual - low));
  const top = Math.min(most, Math.max(largest(losses), largest(smoothed)));
  return linearScale(Number.isFinite(low) ? [low, top] : [0, 1], [BOTTOM, TOP]);
}

function lossAxis(y: Scale, left: number, right: number): Child[] {
  return y.ticks.map((value) => [
    element("line", { x1: left, x2: right, y1: y(value), y2: y(value), stroke: GRID }),
    label(y.text(value), {
      x: left - 8,
      y: middleOf(y(value), TEXT),
      size: TEXT,
      anchor: "end",
      fill: FAINT,
    }),
  ]);
}

/** The most ticks along the rates. */
const TICKS = 10;

/** A tick at powers of ten or, if there are fewer than two of them, at the ends. */
function rateAxis(x: (power: number) => number, first: number, last: number): Child[] {
  const from = Math.ceil(first - 1e-9),
    to = Math.floor(last + 1e-9),
    step = Math.ceil((to - from + 1) / TICKS);
  const powers = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
    .filter((power) => power % step === 0);
  const ends = first < last ? [first, last] : [first];
  return (powers.length < 2 ? ends : powers).map((power) => [
    element("line", { x1: x(power), x2: x(power), y1: TOP, y2: BOTTOM, stroke: GRID }),
    label(rateText(10 ** power), {
      x: x(power),
      y: BOTTOM + 10 + CAPITAL * TEXT,
      size: TEXT,
      anchor: "middle",
      fill: FAINT,
    }),
  ]);
}

/** A dot for each loss, at the upper border a triangle for each above it. */
function dots(points: readonly (readonly [number, number])[], left: number, right: number): Markup[] {
  const radius = points.length > FEW ? 2 : 3;
  return points.map(([cx, cy]) =>
    isAbove(cy)
      ? triangle(Math.min(Math.max(cx, left + 5), right - 5), TOP + 5)
      : element("circle", { cx, cy, r: radius, fill: AXIS })
  );
}

function isAbove(y: number): boolean {
  return y < TOP - 1e-6;
}

/** A mark of what is above the axes, around (x, y). */
function triangle(x: number, y: number): Markup {
  return element("path", { d: `M${(x - 4).toFixed(2)} ${y + 3}h8l-4 -7z`, fill: AXIS });
}

function legend({ losses, suggestion }: RatePlot, y: Scale, font: Font): Child[] {
  const above = losses.filter((loss) => isAbove(y(loss))).length;
  const entries: readonly (readonly [string, Markup])[] = [
    ["each step", element("circle", { cx: 0, cy: 0, r: 2, fill: AXIS })],
    ...(above === 0 ? [] : [[`${above} ${above === 1 ? "step" : "steps"} above`, triangle(0, 0)] as const]),
    [
      "smoothed",
      element("line", { x1: -12, x2: 12, y1: 0, y2: 0, stroke: LINE, "stroke-width": 2.25 }),
    ],
    ...(suggestion === undefined ? [] : [
      [
        `steepest at ${rateText(suggestion)}`,
        element("circle", { cx: 0, cy: 0, r: 7, fill: SUGGESTED }),
      ] as const,
    ]),
  ];
  const widths = entries.map(([text]) => 22 + font.width(text, TEXT) + 30);
  let at = (WIDTH - widths.reduce((sum, width) => sum + width, 0) + 30) / 2;
  return entries.map(([text, mark], i) => {
    const here = at;
    at += widths[i];
    return [
      element("g", { transform: `translate(${here.toFixed(1)} 56)` }, mark),
      label(text, { x: here + 22, y: middleOf(56, TEXT), size: TEXT }),
    ];
  });
}
