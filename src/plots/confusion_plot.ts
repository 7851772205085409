/**
 * A confusion matrix with true classes as rows. The colour of a cell is its fraction of the row, so that rare classes
 * are as visible as frequent ones; its number is the count. Names too long for their margin are shortened in the
 * middle.
 */
import { blues, inkOnBlues } from "./colors.ts";
import type { Font } from "./font.ts";
import { type Drawing, drawing, element, INCH, type Markup } from "./svg.ts";
import { CAPITAL, DESCENT, FAINT, label, middleOf, shortened, widest } from "./text.ts";

/** Input of {@link confusionPlot}. */
export interface ConfusionPlot {
  readonly title: string;
  /** [C], in the order of rows and columns. */
  readonly names: readonly string[];
  /** [C, C], row-major: samples of class t predicted as class p. */
  readonly counts: ArrayLike<number>;
}

/** From so many classes on a plot has a fixed side: nobody reads numbers in so many cells. */
const MANY = 150, SIDE_OF_MANY = 27 * INCH;

/** The side of the plot: .35 inches for each class, at least 12; 27 inches for many classes. */
export function confusionSide(classes: number): number {
  return classes > MANY ? SIDE_OF_MANY : Math.max(12, 0.35 * classes) * INCH;
}

/** Positions and font sizes. */
interface Layout {
  readonly side: number;
  /** Grows with the side to keep titles in proportion. */
  readonly unit: number;
  /** Baselines of the title and of the axis labels, to the left and below. */
  readonly title: number;
  readonly axis: number;
  readonly below: number;
  readonly left: number;
  readonly top: number;
  readonly cell: number;
  readonly names: Names;
}

/** How class names are drawn. */
interface Names {
  readonly size: number;
  /** The maximum width of a name. */
  readonly width: number;
  /** The width of the widest name. */
  readonly widest: number;
  /** True if names below the columns are vertical. */
  readonly turned: boolean;
}

const AXIS = 21, GAP = 10;

/** Draws a confusion matrix. @throws TypeError unless there are names times names counts */
export function confusionPlot(plot: ConfusionPlot, font: Font): Drawing {
  const { names, counts, title } = plot;
  if (names.length === 0 || counts.length !== names.length ** 2) {
    throw new TypeError(
      `Cannot draw a confusion matrix: ${names.length} classes need ${names.length ** 2} counts, ` +
        `current length is ${counts.length}`,
    );
  }
  const layout = place(names, font);
  const { side, unit, left, top, cell, title: titleAt, axis, below } = layout;
  const width = cell * names.length, center = side / 2;
  const totals = names.map((_, t) => names.reduce((sum, _, p) => sum + counts[t * names.length + p], 0));
  const size = 26 * unit, middle = { anchor: "middle", size: AXIS * unit } as const;
  return drawing(
    side,
    side,
    font.family,
    label(shortened(font, title, size, .94 * side), {
      x: center,
      y: titleAt,
      size,
      anchor: "middle",
      full: title,
    }),
    label(summary(plot), {
      x: center,
      y: titleAt + 30 * unit,
      size: 18 * unit,
      anchor: "middle",
      fill: FAINT,
    }),
    cells(plot, totals, layout, font),
    axisNames(names, layout, font),
    label("Predicted class", { ...middle, x: left + width / 2, y: below }),
    label("True class", { ...middle, x: axis, y: top + width / 2, turn: -90 }),
    colorBar(layout, names.length),
  );
}

/** The number of samples, and the fraction on the diagonal. */
function summary({ names, counts }: ConfusionPlot): string {
  let total = 0, right = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i];
  for (let c = 0; c < names.length; c++) right += counts[c * (names.length + 1)];
  if (total === 0) return "no samples";
  const samples = `${total.toLocaleString("en")} sample${total === 1 ? "" : "s"}`;
  return `${samples}, ${(100 * right / total).toFixed(1)} % correct; colour: fraction of the true class`;
}

/** Divides the square between names, titles, colour bar and cells, and centres the result. */
function place(names: readonly string[], font: Font): Layout {
  const classes = names.length, side = confusionSide(classes), unit = side / confusionSide(1);
  const header = 84 * unit, bar = 100 * unit, gap = GAP * unit, axis = (AXIS + 2 * GAP) * unit;
  const fitted = fitNames(names, font, side, unit, (taken) => (side - bar - axis - taken - gap) / classes);
  const beside = axis + fitted.widest + gap;
  const under = axis + gap + (fitted.turned ? fitted.widest : fitted.size);
  const cell = Math.min(side - bar - beside, side - header - under) / classes;
  const left = beside + (side - bar - beside - cell * classes) / 2;
  const top = header + (side - header - under - cell * classes) / 2;
  return {
    side,
    unit,
    title: top - header + 36 * unit,
    axis: left - fitted.widest - 2.5 * gap,
    below: top + cell * classes + under - GAP * unit,
    left,
    top,
    cell,
    names: fitted,
  };
}

/**
 * The size of class names: as large as their cells allow, or slightly smaller if that keeps the names below the
 * columns horizontal. `cellFor` gives the cell size for a width of names.
 */
function fitNames(
  names: readonly string[],
  font: Font,
  side: number,
  unit: number,
  cellFor: (width: number) => number,
): Names {
  const width = .24 * side, relative = widest(font, names, 1);
  const taken = (size: number) => Math.min(width, relative * size);
  const wanted = Math.min(22 * unit, Math.max(.65 * 22 * unit, width / relative));
  const largest = Math.min(wanted, .72 * cellFor(taken(wanted)));
  const level = .78 * cellFor(taken(largest)) / relative;
  const turned = level < .7 * largest;
  const size = turned ? largest : Math.min(largest, level);
  return { size, width, widest: taken(size), turned };
}

/** The cells with their counts; empty cells show the background. */
function cells(
  { names, counts }: ConfusionPlot,
  totals: readonly number[],
  { left, top, cell }: Layout,
  font: Font,
): Markup[] {
  const classes = names.length, width = classes * cell;
  const size = numberSize(counts, cell, font);
  const marks = [element("rect", { x: left, y: top, width, height: width, fill: blues(0) })];
  const numbers: Markup[] = [];
  for (let t = 0; t < classes; t++) {
    for (let p = 0; p < classes; p++) {
      const count = counts[t * classes + p];
      if (!(count > 0)) continue;
      const share = count / totals[t], x = left + p * cell, y = top + t * cell;
      marks.push(element("rect", { x, y, width: cell, height: cell, fill: blues(share) }));
      if (size === undefined) continue;
      const at = { x: x + cell / 2, y: middleOf(y + cell / 2, size), size, anchor: "middle" } as const;
      numbers.push(label(String(count), { ...at, fill: inkOnBlues(share) }));
    }
  }
  const lines = Array.from({ length: classes + 1 }, (_, i) => {
    const x = left + i * cell, y = top + i * cell;
    return `M${x.toFixed(2)} ${top.toFixed(2)}v${width.toFixed(2)}M${left.toFixed(2)} ${y.toFixed(2)}h${
      width.toFixed(2)
    }`;
  });
  const grid = element("path", {
    d: lines.join(""),
    stroke: "#a9b8c6",
    "stroke-width": Math.min(1, cell / 30),
  });
  return [...marks, grid, ...numbers];
}

const LEAST_NUMBER = 6, LEAST_NAME = 5;

/** The font size at which the longest count fits its cell; undefined if it would be too small to read. */
function numberSize(counts: ArrayLike<number>, cell: number, font: Font): number | undefined {
  let most = 0;
  for (let i = 0; i < counts.length; i++) most = Math.max(most, counts[i]);
  const digits = font.width("0".repeat(String(most).length), 1);
  const size = Math.min(.42 * cell, .82 * cell / digits, 34);
  return size >= LEAST_NUMBER ? size : undefined;
}

/** Class names to the left and below; none if they would be too small to read. */
function axisNames(names: readonly string[], layout: Layout, font: Font): Markup[] {
  const { left, top, cell, unit, names: { size, width, turned } } = layout;
  if (size < LEAST_NAME) return [];
  const gap = GAP * unit;
  const bottom = top + cell * names.length;
  return names.flatMap((full, i) => {
    const text = shortened(font, full, size, width), at = (i + .5) * cell;
    const row = label(text, { x: left - gap, y: middleOf(top + at, size), size, anchor: "end", full }, font);
    const column = turned
      ? label(text, {
        x: middleOf(left + at, size),
        y: bottom + gap,
        size,
        anchor: "end",
        turn: -90,
        full,
      }, font)
      : label(text, { x: left + at, y: bottom + gap + CAPITAL * size, size, anchor: "middle", full }, font);
    return [row, column];
  });
}

/** The colour key: a bar from 0 to 100 %. */
function colorBar({ left, top, cell, unit }: Layout, classes: number): Markup[] {
  const height = cell * classes, x = left + height + 18 * unit, width = 16 * unit, size = 17 * unit;
  const steps = 64;
  const bar = Array.from({ length: steps }, (_, i) => {
    const share = (i + .5) / steps;
    const y = top + height * (1 - (i + 1) / steps);
    return element("rect", { x, y, width, height: height / steps + .5, fill: blues(share) });
  });
  const ticks = [0, .25, .5, .75, 1].map((share) => {
    const y = Math.min(Math.max(top + height * (1 - share), top + size * CAPITAL / 2), top + height);
    return label(`${100 * share} %`, {
      x: x + width + 6 * unit,
      y: middleOf(y, size) - DESCENT,
      size,
      fill: FAINT,
    });
  });
  const frame = element("rect", {
    x,
    y: top,
    width,
    height,
    fill: "none",
    stroke: "#8793a0",
    "stroke-width": .75 * unit,
  });
  return [...bar, frame, ...ticks];
}
