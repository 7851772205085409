/** The points of a map: which images they are, where they are drawn, and how. */
import { SPLITS } from "../../../src/data/types.ts";
import type { Known } from "../../state/survey.ts";

/** What points are coloured by. */
export const COLORINGS = {
  label: "label",
  predicted: "prediction",
  split: "split",
  wrong: "right or wrong",
} as const;

/** One of {@link COLORINGS}. */
export type Coloring = keyof typeof COLORINGS;

/** Points that are drawn at most. */
const POINTS = 4000;

/** Of so many images, every so-manieth is a point. */
export function everyOf({ paths }: Known): number {
  return Math.max(1, Math.ceil(paths.length / POINTS));
}

/** The height of a map in pixels, and its free edge. */
export const HEIGHT = 420;
const EDGE = 12;

/** Points of a map. */
export interface Points {
  /** Rows of the survey, [M]. */
  readonly rows: Uint32Array;
  /** In pixels, [M, 2]. */
  readonly places: Float32Array;
}

/** Spreads coordinates [M, 2] of every so-manieth image over a map of that width. */
export function spread(known: Known, coordinates: Float32Array, width: number): Points {
  const every = everyOf(known), count = coordinates.length / 2;
  const least = [Infinity, Infinity], most = [-Infinity, -Infinity], sides = [width, HEIGHT];
  coordinates.forEach((value, i) => {
    least[i % 2] = Math.min(least[i % 2], value);
    most[i % 2] = Math.max(most[i % 2], value);
  });
  const places = coordinates.map((value, i) => {
    const share = (value - least[i % 2]) / (most[i % 2] - least[i % 2] || 1);
    return EDGE + share * (sides[i % 2] - 2 * EDGE);
  });
  return { rows: Uint32Array.from({ length: count }, (_, i) => i * every), places };
}

/** The principal coordinates of every so-manieth image. */
export function principal(known: Known): Float32Array {
  const every = everyOf(known), count = Math.ceil(known.paths.length / every);
  return Float32Array.from({ length: 2 * count }, (_, i) => known.map[2 * (i >> 1) * every + i % 2]);
}

/** A place on a map, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What is drawn around points: a frame between its first and last place, or a lasso through all of them. */
export interface Outline {
  readonly kind: "frame" | "lasso";
  readonly places: readonly Place[];
}

/** A press without an outline takes what is within so many pixels. */
const NEAR = 8;

/** The rows of points within an outline. */
export function rowsIn({ rows, places }: Points, { kind, places: outline }: Outline): number[] {
  const first = outline[0], last = outline.at(-1)!;
  const isPress = outline.every(({ x, y }) => Math.abs(x - first.x) + Math.abs(y - first.y) < NEAR);
  const more = isPress ? NEAR : 0;
  const between = (value: number, a: number, b: number) =>
    value >= Math.min(a, b) - more && value <= Math.max(a, b) + more;
  const isIn = kind === "frame" || isPress
    ? (x: number, y: number) => between(x, first.x, last.x) && between(y, first.y, last.y)
    : (x: number, y: number) => isInside(outline, x, y);
  return [...rows].filter((_, i) => isIn(places[2 * i], places[2 * i + 1]));
}

/** True within a closed outline: a line to the right crosses it an odd number of times. */
function isInside(outline: readonly Place[], x: number, y: number): boolean {
  let isIn = false;
  outline.forEach((a, i) => {
    const b = outline[(i + 1) % outline.length];
    if (a.y > y !== b.y > y && x < a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)) isIn = !isIn;
  });
  return isIn;
}

/** The row of the point nearest to a place, if it is near. */
export function rowNear({ rows, places }: Points, x: number, y: number): number | undefined {
  let best: number | undefined, least = NEAR * NEAR;
  rows.forEach((row, i) => {
    const distance = (places[2 * i] - x) ** 2 + (places[2 * i + 1] - y) ** 2;
    if (distance > least) return;
    least = distance;
    best = row;
  });
  return best;
}

/** The groups that points are told apart by: a number for each row, and their names. */
export function groupsOf(
  { labels, predicted, splits, classes }: Known,
  coloring: Coloring,
): { readonly of: (row: number) => number; readonly names: readonly string[] } {
  switch (coloring) {
    case "label":
      return { of: (row) => labels[row], names: classes };
    case "predicted":
      return { of: (row) => predicted[row], names: classes };
    case "split":
      return { of: (row) => SPLITS.indexOf(splits[row]), names: SPLITS };
    case "wrong":
      return { of: (row) => Number(labels[row] !== predicted[row]), names: ["right", "wrong"] };
  }
}

/** What is drawn over the points, and for which colour scheme. */
export interface Marks {
  readonly isDark: boolean;
  readonly outline: Outline | undefined;
  /** Where the keyboard is. */
  readonly cross: Place | undefined;
}

/** Draws points, and what is drawn over them. */
export function drawMap(
  canvas: HTMLCanvasElement,
  { rows, places }: Points,
  groupOf: (row: number) => number,
  { isDark, outline, cross }: Marks,
): void {
  const scale = devicePixelRatio, width = canvas.clientWidth, context = canvas.getContext("2d")!;
  canvas.width = width * scale;
  canvas.height = HEIGHT * scale;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  rows.forEach((row, i) =>
    drawPoint(context, { x: places[2 * i], y: places[2 * i + 1] }, groupOf(row), isDark)
  );
  context.strokeStyle = context.fillStyle = getComputedStyle(canvas).color;
  if (outline !== undefined) drawOutline(context, outline);
  if (cross === undefined) return;
  context.fillRect(cross.x - 9, cross.y - 1, 18, 2);
  context.fillRect(cross.x - 1, cross.y - 9, 2, 18);
}

function drawOutline(context: CanvasRenderingContext2D, { kind, places }: Outline): void {
  const from = places[0], to = places.at(-1)!;
  context.beginPath();
  if (kind === "frame") context.rect(from.x, from.y, to.x - from.x, to.y - from.y);
  else {
    for (const { x, y } of places) context.lineTo(x, y);
    context.closePath();
  }
  context.stroke();
  context.globalAlpha = 0.08;
  context.fill();
  context.globalAlpha = 1;
}

/** Groups differ in colour and shape: a disc, a square, a triangle, in turn. */
export function drawPoint(
  context: CanvasRenderingContext2D,
  { x, y }: Place,
  group: number,
  isDark: boolean,
): void {
  const size = 3.2;
  context.fillStyle = `hsl(${(group * 137.5) % 360} 65% ${isDark ? 62 : 45}% / .85)`;
  context.beginPath();
  if (group % 3 === 0) context.arc(x, y, size, 0, 2 * Math.PI);
  else if (group % 3 === 1) context.rect(x - size, y - size, 2 * size, 2 * size);
  else {
    context.moveTo(x, y - size * 1.2);
    context.lineTo(x + size * 1.2, y + size);
    context.lineTo(x - size * 1.2, y + size);
  }
  context.fill();
}
