/** Samples a warped image between its pixels, like torch's grid_sample without aligned corners. */
import { pitchOf } from "./augment.ts";

/**
 * WGSL: `sampled(source, grid, fill)` samples the square at `source` at position `grid`, where -1 and 1 are the
 * image's edges; `fill` is the pixel outside the image. Needs `x`, the squares.
 */
export function sampling(side: number, interpolation: "nearest" | "bilinear"): string {
  const pitch = pitchOf(side);
  const place = `
fn inside(at: vec2i) -> bool { return all(at >= vec2i()) && all(at < vec2i(${side})); }
fn pixel_at(source: u32, at: vec2i) -> u32 {
  let kept = clamp(at, vec2i(), vec2i(${side - 1}));
  return x[source + u32(kept.y * ${pitch} + kept.x)];
}`;
  const from = `let at = (grid + 1.0) * ${side / 2} - 0.5;`;
  if (interpolation === "nearest") {
    return `${place}
fn sampled(source: u32, grid: vec2f, fill: u32) -> u32 {
  ${from}
  let nearest = vec2i(round(clamp(at, vec2f(-2.0), vec2f(${side + 2}))));
  return select(fill, pixel_at(source, nearest), inside(nearest));
}`;
  }
  return `${place}
fn weight(share: f32, at: vec2i) -> f32 { return select(0.0, share, inside(at)); }
fn levels_at(source: u32, at: vec2i) -> vec3f { return vec3f(levels(pixel_at(source, at))); }
fn sampled(source: u32, grid: vec2f, fill: u32) -> u32 {
  ${from}
  let corner = floor(clamp(at, vec2f(-2.0), vec2f(${side + 2})));
  let nw = vec2i(corner);
  let p = at - corner;
  let q = 1.0 - p;
  let w_nw = weight(q.x * q.y, nw);
  let w_ne = weight(p.x * q.y, nw + vec2i(1, 0));
  let w_sw = weight(q.x * p.y, nw + vec2i(0, 1));
  let w_se = weight(p.x * p.y, nw + vec2i(1, 1));
  let value = levels_at(source, nw) * w_nw + levels_at(source, nw + vec2i(1, 0)) * w_ne +
    levels_at(source, nw + vec2i(0, 1)) * w_sw + levels_at(source, nw + vec2i(1, 1)) * w_se +
    (1.0 - (w_nw + w_ne + w_sw + w_se)) * vec3f(levels(fill));
  return packed(vec3u(min(round(value), vec3f(255.0))));
}`;
}
