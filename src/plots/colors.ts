/** Colours that are distinguishable with any colour vision, and a sequential scale from light to dark. */

/** Okabe and Ito 2008, "Color Universal Design", ordered so that neighbours also differ in lightness. */
export const DISTINCT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"] as const;

/** Right and wrong: bluish green and vermilion from the same set, distinguishable with any colour vision. */
export const RIGHT = "#009e73";
export const WRONG = "#d55e00";

/** ColorBrewer's nine-step Blues (Brewer 2002; Apache 2.0), as in matplotlib's colour map of that name. */
const BLUES = [
  [247, 251, 255],
  [222, 235, 247],
  [198, 219, 239],
  [158, 202, 225],
  [107, 174, 214],
  [66, 146, 198],
  [33, 113, 181],
  [8, 81, 156],
  [8, 48, 107],
] as const;

/** The colour of a value in 0 .. 1, light to dark. */
export function blues(share: number): string {
  return hex(bluesAt(share));
}

/** Dark or white, whichever contrasts more with `blues(share)`: at least 4.5 to 1 by WCAG 2. */
export function inkOnBlues(share: number): string {
  const light = luminance(bluesAt(share));
  return 1.05 / (light + 0.05) > (light + 0.05) / (luminance(DARK) + 0.05) ? "#ffffff" : hex(DARK);
}

const DARK = [0, 0, 0] as const;

type Rgb = readonly [number, number, number];

function bluesAt(share: number): Rgb {
  const place = Math.min(1, Math.max(0, share)) * (BLUES.length - 1);
  const i = Math.min(BLUES.length - 2, Math.floor(place)), part = place - i;
  const mix = (channel: number) =>
    Math.round(BLUES[i][channel] + part * (BLUES[i + 1][channel] - BLUES[i][channel]));
  return [mix(0), mix(1), mix(2)];
}

function hex(rgb: Rgb): string {
  return "#" + rgb.map((value) => value.toString(16).padStart(2, "0")).join("");
}

/** Relative luminance of sRGB according to WCAG 2. */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
