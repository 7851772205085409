/**
 * The skeletons of the digits 0 to 9 as polylines in a box of `width` x 1, y down: one set with straight strokes and
 * cut corners, like block numbers on jerseys, and one with arcs.
 */

/** Points x0, y0, x1, y1, ... of one stroke, joined by straight lines. */
export type Stroke = readonly number[];

/** The style of a digit. */
export interface DigitShape {
  readonly kind: "block" | "round";
  /** The box's width; its height is 1. */
  readonly width: number;
  /** How far corners are cut, in box heights (block style). */
  readonly cut: number;
  /** Whether the 1 has a foot. */
  readonly foot: boolean;
}

/** The strokes of `digit`, one character of 0 .. 9. Throws a RangeError for others. */
export function digitStrokes(digit: string, shape: DigitShape): Stroke[] {
  const skeletons = shape.kind === "block" ? BLOCK : ROUND;
  const skeleton = skeletons[digit];
  if (skeleton === undefined) throw new RangeError(`Cannot draw "${digit}": need a digit of 0 .. 9`);
  return skeleton(shape);
}

type Skeleton = (shape: DigitShape) => Stroke[];

/** Rotates by 180 degrees about the box's centre: turns a 6 into a 9. */
function turned(strokes: Stroke[], width: number): Stroke[] {
  return strokes.map((stroke) => stroke.map((value, i) => (i % 2 === 0 ? width : 1) - value));
}

const one: Skeleton = ({ width: w, foot }) => {
  const x = w * 0.55;
  const strokes: Stroke[] = [[x - w * 0.38, 0.2, x, 0, x, 1]];
  return foot ? [...strokes, [x - w * 0.4, 1, x + w * 0.4, 1]] : strokes;
};

const four: Skeleton = ({ width: w }) => [[w * 0.76, 1, w * 0.76, 0, 0, 0.7, w, 0.7]];

const seven: Skeleton = ({ width: w }) => [[0, 0, w, 0, w * 0.34, 1]];

const BLOCK: Readonly<Record<string, Skeleton>> = {
  0: ({ width: w, cut: c }) => [[c, 0, w - c, 0, w, c, w, 1 - c, w - c, 1, c, 1, 0, 1 - c, 0, c, c, 0]],
  1: one,
  2: ({ width: w, cut: c }) => [[0, 0.24, 0, c, c, 0, w - c, 0, w, c, w, 0.4, 0, 0.82, 0, 1, w, 1]],
  3: ({ width: w, cut: c }) => {
    const d = c * 0.7;
    return [
      [0, 0.22, 0, c, c, 0, w - c, 0, w, c, w, 0.49 - d, w - d, 0.49, w * 0.35, 0.49],
      [w - d, 0.49, w, 0.49 + d, w, 1 - c, w - c, 1, c, 1, 0, 1 - c, 0, 0.78],
    ];
  },
  4: four,
  5: ({ width: w, cut: c }) => [
    [w, 0, 0, 0, 0, 0.43, w - c, 0.43, w, 0.43 + c, w, 1 - c, w - c, 1, c, 1, 0, 1 - c, 0, 0.79],
  ],
  6: six,
  7: seven,
  8: ({ width: w, cut: c }) => {
    const d = c * 0.7, m = 0.48;
    return [
      [c, 0, w - c, 0, w, c, w, m - d, w - d, m, d, m, 0, m - d, 0, c, c, 0],
      [w - d, m, w, m + d, w, 1 - c, w - c, 1, c, 1, 0, 1 - c, 0, m + d, d, m],
    ];
  },
  9: (shape) => turned(six(shape), shape.width),
};

function six({ width: w, cut: c }: DigitShape): Stroke[] {
  return [
    [
      w,
      0.22,
      w,
      c,
      w - c,
      0,
      c,
      0,
      0,
      c,
      0,
      1 - c,
      c,
      1,
      w - c,
      1,
      w,
      1 - c,
      w,
      0.46 + c,
      w - c,
      0.46,
      0,
      0.46,
    ],
  ];
}

/** The points of an elliptic arc, angles in degrees, 0 to the right, 90 down. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): number[] {
  const steps = Math.max(2, Math.ceil(Math.abs(to - from) / 24));
  const points: number[] = [];
  for (let i = 0; i <= steps; i++) {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180;
    points.push(cx + rx * Math.cos(angle), cy + ry * Math.sin(angle));
  }
  return points;
}

const ROUND: Readonly<Record<string, Skeleton>> = {
  0: ({ width: w }) => [arc(w / 2, 0.5, w / 2, 0.5, 0, 360)],
  1: one,
  2: ({ width: w }) => [[...arc(w / 2, 0.29, w / 2, 0.29, -170, 38), 0, 1, w, 1]],
  3: ({ width: w }) => [
    [...arc(w * 0.48, 0.25, w * 0.45, 0.25, -155, 90), w * 0.38, 0.5],
    arc(w * 0.48, 0.74, w * 0.52, 0.26, -90, 155),
  ],
  4: four,
  5: (
    { width: w },
  ) => [[w * 0.93, 0, w * 0.12, 0, w * 0.05, 0.46, ...arc(w * 0.47, 0.68, w * 0.53, 0.32, -130, 150)]],
  6: roundSix,
  7: seven,
  8: ({ width: w }) => [arc(w / 2, 0.24, w * 0.43, 0.24, 0, 360), arc(w / 2, 0.74, w * 0.5, 0.26, 0, 360)],
  9: (shape) => turned(roundSix(shape), shape.width),
};

function roundSix({ width: w }: DigitShape): Stroke[] {
  return [arc(w * 0.92, 0.68, w * 0.92, 0.68, -98, -180), arc(w / 2, 0.68, w / 2, 0.32, 0, 360)];
}
