/** Signed distance from a point to a number's strokes, the basis of its antialiased fill and outline. */
import type { Rng } from "../../base/rng.ts";
import { type DigitShape, digitStrokes, type Stroke } from "./digits.ts";

/** How strokes end and join: rounded, or with the flat ends and mitred corners of block numbers. */
export type Joint = "round" | "mitre";

/** A number ready for drawing: line segments about its centre, in units of its height. */
export interface NumberShape {
  /** For each segment: its start x, y, direction x, y, length, and how far its ends overhang for mitres. */
  readonly segments: Float64Array;
  readonly joint: Joint;
  /** Half the width of a stroke. */
  readonly halfStroke: number;
  /** The width of the box spanned by the centre lines of the strokes; its height is 1. */
  readonly width: number;
}

const FIELDS = 7;

/** Draws the style of a number from `rng` and lays its digits out side by side about the centre. */
export function layOut(number: string, rng: Rng): NumberShape {
  const kind = rng.uniform() < 0.6 ? "block" : "round";
  const joint = kind === "block" && rng.uniform() < 0.8 ? "mitre" : "round";
  const halfStroke = rng.uniform(0.07, 0.115);
  const digits = [...number];
  const width = rng.uniform(0.42, 0.56) * (digits.length > 2 ? 0.85 : 1);
  const shape: DigitShape = { kind, width, cut: rng.uniform(0.08, 0.17), foot: rng.uniform() < 0.4 };
  const gap = halfStroke * 2 + rng.uniform(0.07, 0.17);
  const total = digits.length * width + (digits.length - 1) * gap;
  const segments: number[] = [];
  digits.forEach((digit, i) => {
    const left = i * (width + gap) - total / 2;
    for (const stroke of digitStrokes(digit, shape)) {
      const placed = stroke.map((value, p) => p % 2 === 0 ? value + left : value - 0.5);
      addSegments(segments, placed, joint === "mitre" ? halfStroke : 0);
    }
  });
  return { segments: Float64Array.from(segments), joint, halfStroke, width: total };
}

function addSegments(segments: number[], stroke: Stroke, halfStroke: number): void {
  const last = stroke.length - 2;
  const isClosed = stroke[0] === stroke[last] && stroke[1] === stroke[last + 1];
  const heading = (p: number) => Math.atan2(stroke[p + 3] - stroke[p + 1], stroke[p + 2] - stroke[p]);
  const overhang = (before: number, after: number) => {
    const turn = Math.abs(Math.atan2(Math.sin(after - before), Math.cos(after - before)));
    return halfStroke * Math.min(1, Math.tan(turn / 2));
  };
  for (let p = 0; p < last; p += 2) {
    const before = p > 0 ? p - 2 : isClosed ? last - 2 : undefined;
    const after = p + 2 < last ? p + 2 : isClosed ? 0 : undefined;
    const dx = stroke[p + 2] - stroke[p], dy = stroke[p + 3] - stroke[p + 1];
    const length = Math.sqrt(dx * dx + dy * dy);
    segments.push(stroke[p], stroke[p + 1], dx / length, dy / length, length);
    segments.push(before === undefined ? 0 : overhang(heading(before), heading(p)));
    segments.push(after === undefined ? 0 : overhang(heading(p), heading(after)));
  }
}

/** The distance from (x, y) to the nearest stroke's edge, below 0 inside, in units of the number's height. */
export function distanceToStrokes(shape: NumberShape, x: number, y: number): number {
  return shape.joint === "round" ? distanceRound(shape, x, y) : distanceMitred(shape, x, y);
}

function distanceRound({ segments, halfStroke }: NumberShape, x: number, y: number): number {
  let best = Infinity;
  for (let i = 0; i < segments.length; i += FIELDS) {
    const px = x - segments[i], py = y - segments[i + 1];
    const along = px * segments[i + 2] + py * segments[i + 3],
      aside = px * segments[i + 3] - py * segments[i + 2];
    const beyond = Math.max(-along, along - segments[i + 4], 0);
    best = Math.min(best, aside * aside + beyond * beyond);
  }
  return Math.sqrt(best) - halfStroke;
}

function distanceMitred({ segments, halfStroke }: NumberShape, x: number, y: number): number {
  let best = Infinity;
  for (let i = 0; i < segments.length; i += FIELDS) {
    const px = x - segments[i], py = y - segments[i + 1];
    const along = px * segments[i + 2] + py * segments[i + 3];
    const aside = Math.abs(px * segments[i + 3] - py * segments[i + 2]) - halfStroke;
    const beyond = Math.max(-along - segments[i + 5], along - segments[i + 4] - segments[i + 6]);
    const isCorner = beyond > 0 && aside > 0;
    const distance = isCorner ? Math.sqrt(beyond * beyond + aside * aside) : Math.max(beyond, aside);
    best = Math.min(best, distance);
  }
  return best;
}
