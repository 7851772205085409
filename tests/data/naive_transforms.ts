/** Transforms written as their definitions read, in float64, pixel by pixel: oracles that share nothing with src. */
import type { Picture } from "../../src/data/types.ts";

type Rgb = readonly [number, number, number];

/** A picture of the levels that `value` gives for row, column and channel, rounded and clipped. */
export function drawn(
  width: number,
  height: number,
  value: (y: number, x: number, c: number) => number,
): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const level = value(Math.floor(pixel / width), pixel % width, i % 3);
    data[i] = Math.min(255, Math.max(0, Math.round(level)));
  }
  return { width, height, data };
}

/** The level at a place that lies inside. */
export function at({ width, data }: Picture, y: number, x: number, c: number): number {
  return data[(y * width + x) * 3 + c];
}

/** Steps from edge to edge, turning back at each. */
function walk(steps: number, n: number): number {
  let place = 0, direction = 1;
  for (let i = 0; i < Math.abs(steps) && n > 1; i++) {
    if (place + direction < 0 || place + direction >= n) direction = -direction;
    place += direction;
  }
  return place;
}

/** Where a step of `i` from the first of `n` pixels leads; a step to the left mirrors one to the right. */
const mirrored = (i: number, n: number) => walk(i, n);

/** One sum over the whole window for each value. */
export function naiveBlur(
  picture: Picture,
  kernel: readonly [number, number],
  sigma: readonly [number, number],
): Picture {
  const [rx, ry] = [(kernel[0] - 1) / 2, (kernel[1] - 1) / 2];
  const bell = (d: number, s: number) => Math.exp(-(d * d) / (2 * s * s));
  return drawn(picture.width, picture.height, (y, x, c) => {
    let sum = 0, total = 0;
    for (let dy = -ry; dy <= ry; dy++) {
      for (let dx = -rx; dx <= rx; dx++) {
        const weight = bell(dx, sigma[0]) * bell(dy, sigma[1]);
        total += weight;
        sum += weight *
          at(picture, mirrored(y + dy, picture.height), mirrored(x + dx, picture.width), c);
      }
    }
    return sum / total;
  });
}

/** The place that a projective map takes (x, y) to. */
export function projected(m: readonly number[], x: number, y: number): [number, number] {
  const w = m[6] * x + m[7] * y + 1;
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}

/** Four neighbours of each place that `m` leads to; those outside count as `fill`. */
export function naivePerspective(picture: Picture, m: readonly number[], fill: Rgb): Picture {
  const { width, height } = picture;
  const show = (y: number, x: number, c: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? fill[c] : at(picture, y, x, c);
  return drawn(width, height, (row, column, c) => {
    const [px, py] = projected(m, column + 0.5, row + 0.5);
    const [x, y] = [px - 0.5, py - 0.5];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const above = show(top, left, c) * (left + 1 - x) + show(top, left + 1, c) * (x - left);
    const below = show(top + 1, left, c) * (left + 1 - x) + show(top + 1, left + 1, c) * (x - left);
    return above * (top + 1 - y) + below * (y - top);
  });
}

/** The middle of each new pixel lies in one old pixel. */
export function naiveNearest(picture: Picture, width: number, height: number): Picture {
  const from = (i: number, size: number, old: number) => Math.floor(((2 * i + 1) * old) / (2 * size));
  return drawn(
    width,
    height,
    (y, x, c) => at(picture, from(y, height, picture.height), from(x, width, picture.width), c),
  );
}

const curves = {
  bilinear: (d: number) => Math.max(0, 1 - d),
  /** Keys 1981, with a = -1/2. */
  bicubic: (d: number) => {
    if (d >= 2) return 0;
    return d < 1 ? 1.5 * d ** 3 - 2.5 * d ** 2 + 1 : -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2;
  },
};

/** A curve over each new pixel's middle, in units of an old or a new pixel, whichever is more; one direction. */
function sharesOf(old: number, size: number, i: number, curve: keyof typeof curves): number[] {
  const scale = old / size, unit = Math.max(1, scale), middle = (i + 0.5) * scale;
  const weights = Array.from({ length: old }, (_, j) => curves[curve](Math.abs(j + 0.5 - middle) / unit));
  const sum = weights.reduce((total, weight) => total + weight);
  return weights.map((weight) => weight / sum);
}

/** Antialiased resize. */
export function naiveResize(
  picture: Picture,
  width: number,
  height: number,
  curve: keyof typeof curves = "bilinear",
): Picture {
  const columns = Array.from({ length: width }, (_, x) => sharesOf(picture.width, width, x, curve));
  const rows = Array.from({ length: height }, (_, y) => sharesOf(picture.height, height, y, curve));
  const wide = drawn(
    width,
    picture.height,
    (y, x, c) =>
      columns[x].reduce((sum, weight, j) => weight === 0 ? sum : sum + weight * at(picture, y, j, c), 0),
  );
  return drawn(
    width,
    height,
    (y, x, c) => rows[y].reduce((sum, weight, j) => weight === 0 ? sum : sum + weight * at(wide, j, x, c), 0),
  );
}

/** A resized picture in a picture of one colour. */
export function naiveZoomOut(
  picture: Picture,
  { width, height, left, top }: { width: number; height: number; left: number; top: number },
  fill: Rgb,
): Picture {
  const small = naiveResize(picture, width, height);
  return drawn(picture.width, picture.height, (y, x, c) => {
    const isInside = x >= left && y >= top && x < left + width && y < top + height;
    return isInside ? at(small, y - top, x - left, c) : fill[c];
  });
}

/** Noise from words that `words` gives for a pixel and 0 or 1: Box-Muller. */
export function naiveNoise(
  picture: Picture,
  sigma: number,
  words: (pixel: number, block: number) => readonly [number, number],
): Picture {
  return drawn(picture.width, picture.height, (y, x, c) => {
    const [a, b] = words(y * picture.width + x, c === 2 ? 1 : 0);
    const radius = Math.sqrt(-2 * Math.log((Math.floor(a / 256) + 1) / 16777216));
    const angle = 2 * Math.PI * Math.floor(b / 256) / 16777216;
    return at(picture, y, x, c) + sigma * radius * (c === 1 ? Math.sin(angle) : Math.cos(angle));
  });
}
