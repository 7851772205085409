/**
 * Hue shifts as in torchvision's tensor backend (adjust_hue): to HSV in float32, shift, back, and to 8 bits by
 * `trunc(value * 255)` (torchvision 0.14). Pillow's own HSV, rounded to 8 bits, is not followed.
 */
import type { Picture } from "../types.ts";

const f = Math.fround;

/** value / 255 in float32. */
const UNIT = Float32Array.from({ length: 256 }, (_, value) => value / 255);

/** Shifts the hue by `shift` turns of the colour circle, -0.5 .. 0.5. */
export function adjustHue({ width, height, data }: Picture, shift: number): Picture {
  if (!(shift >= -0.5 && shift <= 0.5)) {
    throw new RangeError(`Cannot adjust the hue by ${shift}: need -0.5 .. 0.5`);
  }
  const out = new Uint8Array(data.length);
  const turn = f(shift);
  for (let i = 0; i < data.length; i += 3) {
    shiftPixel(UNIT[data[i]], UNIT[data[i + 1]], UNIT[data[i + 2]], turn, out, i);
  }
  return { width, height, data: out };
}

function shiftPixel(r: number, g: number, b: number, turn: number, out: Uint8Array, at: number): void {
  const max = Math.max(r, g, b), min = Math.min(r, g, b);
  const range = f(max - min);
  const saturation = range === 0 ? 0 : f(range / max);
  let hue = f(hueOf(r, g, b, max, range) + turn);
  if (hue < 0) hue = f(hue + 1);
  else if (hue >= 1) hue -= 1;
  const sixth = f(hue * 6);
  const sector = Math.floor(sixth);
  const rest = f(sixth - sector);
  const v = level(max);
  const p = level(f(max * f(1 - saturation)));
  const q = level(f(max * f(1 - f(saturation * rest))));
  const t = level(f(max * f(1 - f(saturation * f(1 - rest)))));
  const which = sector === 6 ? 0 : sector;
  out[at] = which === 0 || which === 5 ? v : which === 1 ? q : which === 4 ? t : p;
  out[at + 1] = which === 1 || which === 2 ? v : which === 0 ? t : which === 3 ? q : p;
  out[at + 2] = which === 3 || which === 4 ? v : which === 2 ? t : which === 5 ? q : p;
}

/** The hue alone of torchvision's _rgb2hsv, in 0 .. 1. */
function hueOf(r: number, g: number, b: number, max: number, range: number): number {
  const divisor = range === 0 ? 1 : range;
  const rc = f(f(max - r) / divisor), gc = f(f(max - g) / divisor), bc = f(f(max - b) / divisor);
  const sixths = max === r ? f(bc - gc) : max === g ? f(f(2 + rc) - bc) : f(f(4 + gc) - rc);
  const turns = f(f(sixths / 6) + 1);
  return turns >= 1 ? turns - 1 : turns;
}

/** Clamps a value to 0 .. 1 and converts it to a level. */
function level(value: number): number {
  return f(Math.min(1, Math.max(0, value)) * 255) | 0;
}
