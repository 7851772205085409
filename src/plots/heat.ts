/** Heat over a picture: a coarse map, enlarged to the picture and mixed into it as colours. */

/** A map, row by row: [height, width], 0 .. 1. */
export interface HeatGrid {
  readonly width: number;
  readonly height: number;
  readonly heat: Float32Array;
}

/** 8-bit RGB, row by row. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Nine steps of matplotlib's "inferno" (CC0) from where it is no longer black: violet, red, orange, yellow. */
const INFERNO = [
  [66, 10, 104],
  [106, 23, 110],
  [147, 38, 103],
  [188, 55, 84],
  [221, 81, 58],
  [243, 120, 25],
  [252, 165, 10],
  [246, 215, 70],
  [252, 255, 164],
] as const;

/** How much of the picture the most heat hides. */
const STRONGEST = .7;
/** How bright the picture below it is, so that heat stands out on white, too. */
const DIM = .8;

/** A map at another size, by bilinear interpolation (torch's `interpolate` with align_corners=false). */
export function enlarged({ width, height, heat }: HeatGrid, toWidth: number, toHeight: number): HeatGrid {
  const columns = places(width, toWidth), rows = places(height, toHeight);
  const all = new Float32Array(toWidth * toHeight);
  rows.forEach(({ low: top, high: bottom, part: down }, y) =>
    columns.forEach(({ low, high, part }, x) => {
      const mix = (row: number) => (1 - part) * heat[row * width + low] + part * heat[row * width + high];
      all[y * toWidth + x] = (1 - down) * mix(top) + down * mix(bottom);
    })
  );
  return { width: toWidth, height: toHeight, heat: all };
}

/** Between which two of `from` each of `to` lies, and how far. */
function places(from: number, to: number): { low: number; high: number; part: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.max(0, (i + .5) * from / to - .5), low = Math.floor(at);
    return { low, high: Math.min(low + 1, from - 1), part: at - low };
  });
}

/** The picture in dim grey with the heat over it in colours: the more heat, the brighter, and the less of the picture. */
export function withHeat(picture: Pixels, map: HeatGrid): Pixels {
  const { width, height, data } = picture, { heat } = enlarged(map, width, height);
  const mixed = new Uint8Array(data.length);
  heat.forEach((value, pixel) => {
    const color = colorOf(value), share = STRONGEST * value, at = 3 * pixel;
    const grey = DIM * (.299 * data[at] + .587 * data[at + 1] + .114 * data[at + 2]);
    for (let c = 0; c < 3; c++) mixed[at + c] = Math.round((1 - share) * grey + share * color[c]);
  });
  return { width, height, data: mixed };
}

function colorOf(value: number): number[] {
  const place = Math.min(1, Math.max(0, value)) * (INFERNO.length - 1);
  const i = Math.min(INFERNO.length - 2, Math.floor(place)), part = place - i;
  return INFERNO[i].map((channel, c) => channel + part * (INFERNO[i + 1][c] - channel));
}
