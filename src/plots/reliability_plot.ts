/**
 * A reliability diagram: the accuracy of predictions by confidence, with the diagonal on which confidence is
 * calibrated. The histogram below shows the number of predictions; without it a bin of three samples would look as
 * certain as one of thousands.
 */
import { largest } from "../base/lists.ts";
import { DISTINCT } from "./colors.ts";
import type { Font } from "./font.ts";
import { type Child, type Drawing, drawing, element, INCH, type Markup } from "./svg.ts";
import { CAPITAL, FAINT, INK, label, middleOf, titleLabel } from "./text.ts";

/** Input of {@link reliabilityPlot}: arrays with one value for each bin of equal width between 0 and 1. */
export interface ReliabilityPlot {
  readonly title: string;
  readonly samples: ArrayLike<number>;
  /** Sums of the confidences. */
  readonly confidence: ArrayLike<number>;
  /** Correct predictions. */
  readonly hits: ArrayLike<number>;
}

const SIDE = 5 * INCH, LEFT = 84, TOP = 76, TEXT = 15, SHARE = .8 * INCH;
const HEIGHT = TOP + SIDE + 24 + SHARE + 58, WIDTH = LEFT + SIDE + 28;
const GRID = "#e3e8ed", AXIS = "#8793a0", TICKS = [0, .2, .4, .6, .8, 1];

/** Draws a reliability diagram. */
export function reliabilityPlot(plot: ReliabilityPlot, font: Font): Drawing {
  const { title, samples, confidence, hits } = plot;
  const all = Array.from(samples), total = all.reduce((sum, count) => sum + count, 0);
  const error = all.reduce((sum, _, i) => sum + Math.abs(hits[i] - confidence[i]), 0) / total;
  const summary = total === 0
    ? "no samples"
    : `expected calibration error ${Number.isFinite(error) ? `${(100 * error).toFixed(1)} %` : "undefined"}`;
  const x = (share: number) => LEFT + share * SIDE, y = (share: number) => TOP + (1 - share) * SIDE;
  const center = x(.5), middle = { size: TEXT + 1, anchor: "middle" } as const;
  return drawing(
    WIDTH,
    HEIGHT,
    font.family,
    titleLabel(font, title, WIDTH, 32),
    label(summary, { x: WIDTH / 2, y: 56, size: TEXT, anchor: "middle", fill: FAINT }),
    TICKS.map((share) => grid(share, x, y)),
    all.flatMap((count, i) => count > 0 ? [bar(hits[i] / count, i, all.length, x, y)] : []),
    element("line", { x1: x(0), y1: y(0), x2: x(1), y2: y(1), stroke: INK, "stroke-dasharray": "6 4" }),
    histogram(all, x),
    label("Confidence", { ...middle, x: center, y: HEIGHT - 14 }),
    label("Accuracy", { ...middle, x: 24, y: y(.5), turn: -90 }),
    label("Samples", { ...middle, x: 24, y: TOP + SIDE + 24 + SHARE / 2, turn: -90 }),
  );
}

function grid(share: number, x: (share: number) => number, y: (share: number) => number): Child[] {
  return [
    element("line", { x1: x(0), x2: x(1), y1: y(share), y2: y(share), stroke: GRID }),
    label(share.toFixed(1), {
      x: LEFT - 8,
      y: middleOf(y(share), TEXT),
      size: TEXT,
      anchor: "end",
      fill: FAINT,
    }),
    label(share.toFixed(1), {
      x: x(share),
      y: TOP + SIDE + 24 + SHARE + 8 + CAPITAL * TEXT,
      size: TEXT,
      anchor: "middle",
      fill: FAINT,
    }),
  ];
}

function bar(
  accuracy: number,
  i: number,
  bins: number,
  x: (share: number) => number,
  y: (share: number) => number,
): Markup {
  const left = x(i / bins), width = SIDE / bins;
  return element("rect", {
    x: left + 1,
    y: y(accuracy),
    width: width - 2,
    height: y(0) - y(accuracy),
    fill: DISTINCT[0],
  });
}

/** The number of predictions in each bin. */
function histogram(samples: readonly number[], x: (share: number) => number): Child[] {
  const most = largest(samples, 1), bottom = TOP + SIDE + 24 + SHARE, width = SIDE / samples.length;
  const bars = samples.map((count, i) => {
    const height = count / most * SHARE;
    return element("rect", {
      x: x(i / samples.length) + 1,
      y: bottom - height,
      width: width - 2,
      height,
      fill: DISTINCT[1],
    });
  });
  const size = 12, high = TOP + SIDE + 24;
  return [
    bars,
    element("line", { x1: x(0), x2: x(1), y1: bottom, y2: bottom, stroke: AXIS }),
    label(most.toLocaleString("en"), {
      x: LEFT - 8,
      y: middleOf(high + size / 2, size),
      size,
      anchor: "end",
      fill: FAINT,
    }),
  ];
}
