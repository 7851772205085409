/** Samples of each class in each split: side-by-side bars, one row for each class. */
import { largest } from "../base/lists.ts";
import { DISTINCT } from "./colors.ts";
import type { Font } from "./font.ts";
import { linearScale } from "./scale.ts";
import { type Child, type Drawing, drawing, element, INCH, type Markup } from "./svg.ts";
import { CAPITAL, FAINT, label, middleOf, shortened, titleLabel, widest } from "./text.ts";

/** The samples of each class in one split. */
export interface SplitCounts {
  readonly name: string;
  /** [C] */
  readonly counts: ArrayLike<number>;
}

/** Input of {@link classBarsPlot}. */
export interface ClassBarsPlot {
  readonly title: string;
  /** [C] */
  readonly names: readonly string[];
  readonly splits: readonly SplitCounts[];
}

const WIDTH = 11 * INCH;
const TOP = 92, BOTTOM = 52, TEXT = 14;

/** A column of bars. */
interface Column {
  readonly left: number;
  readonly width: number;
  readonly row: number;
  readonly size: number;
  readonly fill: string;
}

/** Draws the counts of all splits, 11 inches wide and as tall as the number of classes requires. */
export function classBarsPlot({ title, names, splits }: ClassBarsPlot, font: Font): Drawing {
  const row = names.length > 60 ? 17 : names.length > 20 ? 20 : 28;
  const height = TOP + row * names.length + BOTTOM, size = Math.min(TEXT, row * .75);
  const room = Math.min(.3 * WIDTH, widest(font, names, size)) + 1;
  const left = 24 + room + 10, gap = 26;
  const width = (WIDTH - left - 20 - gap * (splits.length - 1)) / Math.max(1, splits.length);
  const labels = names.map((full, i) => {
    const text = shortened(font, full, size, room);
    return label(
      text,
      { x: left - 10, y: middleOf(TOP + row * (i + .5), size), size, anchor: "end", full },
      font,
    );
  });
  return drawing(
    WIDTH,
    height,
    font.family,
    titleLabel(font, title, WIDTH, 34),
    labels,
    splits.map((split, i) =>
      column(
        split,
        { left: left + i * (width + gap), width, row, size, fill: DISTINCT[i % DISTINCT.length] },
        font,
      )
    ),
    label("Samples", { x: left + (WIDTH - 20 - left) / 2, y: height - 12, size: TEXT, anchor: "middle" }),
  );
}

/** The bars of a split under its name, each followed by its count. */
function column(
  { name, counts }: SplitCounts,
  { left, width, row, size, fill }: Column,
  font: Font,
): Child[] {
  const all = Array.from(counts), total = all.reduce((sum, count) => sum + count, 0);
  const most = largest(all, 1);
  const room = widest(font, all.map((count) => count.toLocaleString("en")), size) + 8;
  const scale = linearScale([0, most], [0, width - room], 3, 1);
  const reach = (width - room) / Math.max(scale(most), 1); // the longest bar fills the space next to its count
  const bottom = TOP + row * all.length;
  const heading = `${name}: ${total.toLocaleString("en")}`;
  const bars = all.flatMap((count, i): Markup[] => {
    const y = TOP + row * i, length = scale(count) * reach;
    return [
      element("rect", { x: left, y: y + row * .12, width: length, height: row * .76, fill }),
      label(count.toLocaleString("en"), {
        x: left + length + 5,
        y: middleOf(y + row / 2, size),
        size,
        fill: FAINT,
      }),
    ];
  });
  const ticks = scale.ticks.filter((tick) => scale(tick) * reach <= width).map((tick) => {
    const x = left + scale(tick) * reach;
    return [
      element("line", { x1: x, x2: x, y1: TOP - 4, y2: bottom, stroke: "#dde3e9" }),
      label(tick.toLocaleString("en"), {
        x,
        y: bottom + 8 + CAPITAL * 12,
        size: 12,
        anchor: "middle",
        fill: FAINT,
      }),
    ];
  });
  return [
    label(shortened(font, heading, 16, width), { x: left, y: TOP - 16, size: 16, full: heading }),
    ticks,
    element("line", { x1: left, x2: left, y1: TOP - 4, y2: bottom, stroke: "#8793a0" }),
    bars,
  ];
}
