/**
 * Draws one synthetic jersey crop: a number on cloth, seen by a camera. The number is filled and outlined through its
 * distance field, so it is antialiased at any tilt; cloth and number share the shading of the folds.
 */
import type { Rng } from "../../base/rng.ts";
import type { Picture } from "../types.ts";
import { blur, toPicture } from "./camera.ts";
import { clothPainter } from "./cloth.ts";
import { type Color, drawKit } from "./colors.ts";
import { distanceToStrokes, layOut } from "./strokes.ts";

/** Maps a pixel, relative to the centre, to a point on the cloth, in units of the number's height. */
interface View {
  /** Pixels in one unit of cloth. */
  readonly scale: number;
  /** The offset of the number's centre from the image's, in pixels. */
  readonly shift: readonly [number, number];
  /** The rotation, stretch and shear of the cloth, row by row. */
  readonly turn: readonly [number, number, number, number];
  /** How quickly the cloth recedes to the right and downwards. */
  readonly recede: readonly [number, number];
}

/** The image size in pixels for which blur is specified; other sizes blur in proportion. */
const NOMINAL_SIZE = 48;

/**
 * Draws `number`, one to three digits, as a `size` x `size` crop, a pure function of its arguments. `difficulty` 0 is
 * upright, sharp and clean; 1 looks like a distant camera.
 */
export function drawJersey(number: string, rng: Rng, size: number, difficulty: number = 1): Picture {
  if (!/^[0-9]{1,3}$/.test(number)) throw new RangeError(`Cannot draw "${number}": need one to three digits`);
  if (!Number.isInteger(size) || size < 8) {
    throw new RangeError(`Cannot draw a crop of ${size} pixels: need at least 8`);
  }
  const shape = layOut(number, rng.fork("shape"));
  const kit = drawKit(rng.fork("kit"));
  const hem = rng.fork("hem");
  const outlineWidth = hem.uniform() < 0.65 ? hem.uniform(0.025, 0.055) : 0;
  const half = {
    halfWidth: shape.width / 2 + shape.halfStroke + outlineWidth,
    halfHeight: 0.5 + shape.halfStroke + outlineWidth,
  };
  const view = drawView(half, rng.fork("view"), size, difficulty);
  const cloth = clothPainter(kit, half, rng.fork("cloth"), difficulty);
  const pixels = new Float32Array(size * size * 3);
  const color = new Float64Array(3);
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column < size; column++, at += 3) {
      const u = (column + 0.5 - size / 2 - view.shift[0]) / view.scale;
      const v = (row + 0.5 - size / 2 - view.shift[1]) / view.scale;
      const depth = 1 + view.recede[0] * u + view.recede[1] * v;
      const x = (view.turn[0] * u + view.turn[1] * v) / depth,
        y = (view.turn[2] * u + view.turn[3] * v) / depth;
      const shade = cloth(x, y, color);
      const inside = -distanceToStrokes(shape, x, y);
      if (outlineWidth > 0) cover(color, kit.outline, (inside + outlineWidth) * view.scale);
      cover(color, kit.number, inside * view.scale);
      for (let c = 0; c < 3; c++) pixels[at + c] = color[c] * shade;
    }
  }
  const sharpness = rng.fork("blur").uniform(0.25, 0.3 + 0.6 * difficulty);
  blur(pixels, size, (sharpness * size) / NOMINAL_SIZE);
  return toPicture(pixels, size, rng.fork("camera"), difficulty);
}

/** Composites `color` over `under`, where the edge of the shape is `inside` pixels away (negative outside). */
function cover(under: Float64Array, color: Color, inside: number): void {
  const share = Math.min(1, Math.max(0, inside + 0.5));
  for (let c = 0; c < 3; c++) under[c] += (color[c] - under[c]) * share;
}

function drawView(
  { halfWidth, halfHeight }: { readonly halfWidth: number; readonly halfHeight: number },
  rng: Rng,
  size: number,
  difficulty: number,
): View {
  const swing = (most: number) => rng.uniform(-most, most) * difficulty;
  const angle = swing(0.24), shear = swing(0.22), stretch = 1 + swing(0.16);
  const recede: [number, number] = [swing(0.22), swing(0.16)];
  const cos = Math.cos(angle), sin = Math.sin(angle);
  // The axes of the cloth in the image: x' = stretch (x cos - y sin) + shear y, y' = x sin + y cos
  const [a, b, c, d] = [stretch * cos, shear - stretch * sin, sin, cos];
  const reachX = Math.abs(a) * halfWidth + Math.abs(b) * halfHeight;
  const reachY = Math.abs(c) * halfWidth + Math.abs(d) * halfHeight;
  const fill = rng.uniform(0.74, 0.96);
  const scale = (fill * size) / 2 / Math.max(reachX, reachY);
  const room = (reach: number) => Math.max(0, size / 2 - reach * scale) * 0.9;
  const determinant = a * d - b * c;
  return {
    scale,
    shift: [rng.uniform(-1, 1) * room(reachX), rng.uniform(-1, 1) * room(reachY)],
    turn: [d / determinant, -b / determinant, -c / determinant, a / determinant],
    recede,
  };
}
