/** Team colours in which the number is distinguishable from the cloth. */
import type { Rng } from "../../base/rng.ts";
import { luma } from "../transforms/color.ts";

/** Levels of R, G, B, 0 .. 255. */
export type Color = readonly [number, number, number];

const PALETTE: readonly Color[] = [
  [245, 245, 242],
  [24, 24, 28],
  [16, 32, 84],
  [30, 70, 170],
  [178, 22, 38],
  [122, 16, 34],
  [18, 92, 56],
  [86, 40, 130],
  [250, 186, 30],
  [232, 96, 24],
  [110, 184, 228],
  [150, 152, 158],
  [0, 118, 130],
  [226, 214, 180],
];

const LEAST_CONTRAST = 95;

/** Cloth, number and outline of one jersey. */
export interface Kit {
  readonly cloth: Color;
  readonly number: Color;
  readonly outline: Color;
  /** A second cloth colour, for stripes. */
  readonly trim: Color;
}

function brightness([r, g, b]: Color): number {
  return luma(Math.round(r), Math.round(g), Math.round(b));
}

function contrast(a: Color, b: Color): number {
  return Math.abs(brightness(a) - brightness(b));
}

function pick(rng: Rng): Color {
  const [r, g, b] = PALETTE[rng.integer(PALETTE.length)];
  const vary = (level: number) => Math.min(250, Math.max(6, level + rng.uniform(-14, 14)));
  return [vary(r), vary(g), vary(b)];
}

/** The first of a few picks that differs enough in brightness from `other`, or else black or white. */
function pickAgainst(other: Color, rng: Rng): Color {
  for (let attempt = 0; attempt < 12; attempt++) {
    const color = pick(rng);
    if (contrast(color, other) >= LEAST_CONTRAST) return color;
  }
  return brightness(other) > 127 ? [24, 24, 28] : [242, 242, 240];
}

/** The colour between `a` (share 0) and `b` (share 1). */
export function mix(a: Color, b: Color, share: number): Color {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** Draws a kit whose number differs from the cloth by at least 95 levels of brightness. */
export function drawKit(rng: Rng): Kit {
  const cloth = pick(rng);
  const number = pickAgainst(cloth, rng);
  return {
    cloth,
    number,
    outline: pickAgainst(number, rng),
    trim: mix(cloth, pick(rng), rng.uniform(0.15, 0.45)),
  };
}
