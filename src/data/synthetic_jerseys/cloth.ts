/** The cloth around and under a number: colour, stripes, folds, weave, and sometimes the edge of the body. */
import type { Rng } from "../../base/rng.ts";
import { type Color, type Kit, mix } from "./colors.ts";

/** Writes the colour of the cloth at (x, y), in units of the number's height, and returns its shade, about 1. */
export type ClothPainter = (x: number, y: number, out: Float64Array) => number;

interface Wave {
  readonly kx: number;
  readonly ky: number;
  readonly phase: number;
  readonly depth: number;
}

/** Half-size of the cloth area that must not contain the body's edge, in units of the number's height. */
export interface FreeBox {
  readonly halfWidth: number;
}

/** Draws the look of the cloth from `rng`; `difficulty` 0 .. 1 scales the folds. */
export function clothPainter(kit: Kit, free: FreeBox, rng: Rng, difficulty: number): ClothPainter {
  const isTrim = stripes(rng);
  const folds = Array.from({ length: 3 }, () => fold(rng, difficulty));
  const weave = { frequency: rng.uniform(18, 34), depth: rng.uniform(0, 0.05) };
  const edge = bodyEdge(free, rng);
  const background = mix(kit.cloth, BACKGROUNDS[rng.integer(BACKGROUNDS.length)], 0.85);
  return (x, y, out) => {
    const beyond = Math.min(1, Math.max(0, edge(x, y) * 12));
    const color = isTrim(x, y) ? kit.trim : kit.cloth;
    for (let c = 0; c < 3; c++) out[c] = color[c] + (background[c] - color[c]) * beyond;
    let shade = 1 + weave.depth * Math.sin(x * weave.frequency) * Math.sin(y * weave.frequency);
    for (const { kx, ky, phase, depth } of folds) {
      const wave = Math.sin(x * kx + y * ky + phase);
      shade += depth * wave * Math.abs(wave);
    }
    return shade * (1 - 0.35 * beyond);
  };
}

const BACKGROUNDS: readonly Color[] = [[196, 152, 100], [40, 40, 46], [210, 205, 196], [70, 90, 78]];

function stripes(rng: Rng): (x: number, y: number) => boolean {
  const kind = rng.uniform();
  const period = rng.uniform(0.16, 0.5), share = rng.uniform(0.12, 0.5), shift = rng.uniform();
  const position = (value: number) => value / period + shift - Math.floor(value / period + shift);
  if (kind < 0.55) return () => false;
  if (kind < 0.75) return (x) => position(x) < Math.min(share, 0.2); // pin stripes
  if (kind < 0.9) return (_, y) => position(y / 1.6) < share; // hoops
  const slope = rng.uniform(-0.8, 0.8), offset = rng.uniform(-0.4, 0.4);
  return (x, y) => x + slope * y > offset; // a panel
}

function fold(rng: Rng, difficulty: number): Wave {
  const angle = rng.uniform(-0.9, 0.9), frequency = rng.uniform(1.2, 6);
  return {
    kx: Math.cos(angle) * frequency,
    ky: Math.sin(angle) * frequency,
    phase: rng.uniform(0, 2 * Math.PI),
    depth: rng.uniform(0.02, 0.05 + 0.1 * difficulty),
  };
}

/** The distance of a point beyond the body's edge, negative on the body. Three crops out of four show no edge. */
function bodyEdge({ halfWidth }: FreeBox, rng: Rng): (x: number, y: number) => number {
  const shows = rng.uniform() < 0.25;
  const side = rng.uniform() < 0.5 ? -1 : 1;
  const place = halfWidth + rng.uniform(0.1, 0.45), slope = rng.uniform(-0.08, 0.08);
  return shows ? (x, y) => side * x + slope * y - place : () => -1;
}
