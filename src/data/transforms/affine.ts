/**
 * Affine warps as torchvision's tensor backend computes them (affine, _gen_affine_grid, grid_sample with zero padding
 * and align_corners=False): float32 coordinates, results rounded half to even.
 */
import type { Picture } from "../types.ts";
import type { AffineWarp } from "./operation.ts";
import { samplers } from "./sample.ts";

const f = Math.fround;

/** A warp that moves nothing. */
export const UNMOVED: Omit<AffineWarp, "interpolation" | "fill"> = {
  angle: 0,
  translate: [0, 0],
  scale: 1,
  shear: [0, 0],
};

/** The 2x3 matrix from a position in the result to one in the source, both relative to the centre. */
export function inverseAffineMatrix(warp: Omit<AffineWarp, "interpolation" | "fill">): number[] {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const rotation = radians(warp.angle);
  const [sx, sy] = [radians(warp.shear[0]), radians(warp.shear[1])];
  const a = Math.cos(rotation - sy) / Math.cos(sy);
  const b = -Math.cos(rotation - sy) * Math.tan(sx) / Math.cos(sy) - Math.sin(rotation);
  const c = Math.sin(rotation - sy) / Math.cos(sy);
  const d = -Math.sin(rotation - sy) * Math.tan(sx) / Math.cos(sy) + Math.cos(rotation);
  const m = [d, -b, 0, -c, a, 0].map((value) => value / warp.scale);
  const [tx, ty] = warp.translate;
  m[2] += m[0] * -tx + m[1] * -ty;
  m[5] += m[3] * -tx + m[4] * -ty;
  return m;
}

/** Warps `picture`, keeping its size. Throws a RangeError unless the scale is above 0. */
export function affine(picture: Picture, warp: AffineWarp): Picture {
  if (!(warp.scale > 0)) {
    throw new RangeError(`Cannot warp image: scale must be above 0, current value is ${warp.scale}`);
  }
  const { width, height } = picture;
  const sample = samplers[warp.interpolation];
  const data = new Uint8Array(width * height * 3);
  const m = inverseAffineMatrix(warp).map(f);
  const [halfW, halfH] = [f(width / 2), f(height / 2)];
  const [ax, bx, cx] = [f(m[0] / halfW), f(m[1] / halfW), f(m[2] / halfW)];
  const [ay, by, cy] = [f(m[3] / halfH), f(m[4] / halfH), f(m[5] / halfH)];
  for (let row = 0, at = 0; row < height; row++) {
    const y = row + 0.5 - height / 2;
    for (let column = 0; column < width; column++, at += 3) {
      const x = column + 0.5 - width / 2;
      const gridX = f(x * ax + y * bx + cx), gridY = f(x * ay + y * by + cy);
      const fromX = f(f(f(gridX + 1) * halfW) - 0.5), fromY = f(f(f(gridY + 1) * halfH) - 0.5);
      sample(picture, fromX, fromY, warp.fill, data, at);
    }
  }
  return { width, height, data };
}
