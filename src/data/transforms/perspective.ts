/**
 * Perspective warps as torchvision's tensor backend computes them (perspective, _perspective_grid): float32
 * coordinates, sampled like affine warps.
 */
import { largest } from "../../base/lists.ts";
import type { Picture } from "../types.ts";
import type { PerspectiveWarp } from "./operation.ts";
import { samplers } from "./sample.ts";

const f = Math.fround;

/** A position in pixels: column, row. */
export type Point = readonly [x: number, y: number];

/** The four corners of an image: top left, top right, bottom right, bottom left. */
export type Corners = readonly [Point, Point, Point, Point];

/**
 * The coefficients of the warp that moves `from` to `to`: torchvision's _get_perspective_coeffs, solved in float64
 * and rounded to float32. Undefined if there are none, for example if three corners are collinear.
 */
export function perspectiveCoefficients(
  from: Corners,
  to: Corners,
): PerspectiveWarp["coefficients"] | undefined {
  const rows = to.flatMap(([x, y], i) => {
    const [u, v] = from[i];
    return [[x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]];
  });
  const solution = solve(rows)?.map(f);
  return solution as unknown as PerspectiveWarp["coefficients"] | undefined;
}

/** Gauss-Jordan elimination with row pivots of [A | b], in place. */
function solve(rows: number[][]): number[] | undefined {
  const n = rows.length;
  const most = largest(rows.flat().map(Math.abs));
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    if (Math.abs(rows[k][k]) <= most * 1e-12) return undefined;
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return rows.map((row, k) => row[n] / row[k]);
}

/** Warps `picture`, keeping its size. */
export function perspective(picture: Picture, warp: PerspectiveWarp): Picture {
  const { width, height } = picture;
  const sample = samplers[warp.interpolation];
  const data = new Uint8Array(width * height * 3);
  const [a, b, c, d, e, t, g, h] = warp.coefficients.map(f);
  const halfW = width / 2, halfH = height / 2;
  const [ax, bx, cx] = [f(a / halfW), f(b / halfW), f(c / halfW)];
  const [ay, by, cy] = [f(d / halfH), f(e / halfH), f(t / halfH)];
  for (let row = 0, at = 0; row < height; row++) {
    const y = row + 0.5;
    for (let column = 0; column < width; column++, at += 3) {
      const x = column + 0.5;
      const divisor = f(x * g + y * h + 1);
      const gridX = f(f(f(x * ax + y * bx + cx) / divisor) - 1);
      const gridY = f(f(f(x * ay + y * by + cy) / divisor) - 1);
      const fromX = f(f(f(gridX + 1) * halfW) - 0.5), fromY = f(f(f(gridY + 1) * halfH) - 0.5);
      sample(picture, fromX, fromY, warp.fill, data, at);
    }
  }
  return { width, height, data };
}
