/**
 * Images with their true and predicted classes. The frame's colour shows whether the prediction is right, and so does
 * a tick or cross in its corner.
 */
import { RIGHT, WRONG } from "./colors.ts";
import type { Font } from "./font.ts";
import { type Child, type Drawing, drawing, element, INCH, type Markup } from "./svg.ts";
import { FAINT, label, shortened } from "./text.ts";

/** An image as a PNG file. */
export interface TilePicture {
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

/** One sample. */
export interface SampleTile {
  readonly picture: TilePicture;
  /** Another view of it, shown on its right; all samples have one, or none has. */
  readonly beside?: TilePicture;
  readonly truth: string;
  readonly predicted: string;
  /** The predicted class's probability, 0 .. 1. */
  readonly confidence: number;
  readonly right: boolean;
}

/** Input of {@link samplesPlot}. */
export interface SamplesPlot {
  readonly title: string;
  readonly samples: readonly SampleTile[];
}

const TILE = 2.5 * INCH, GAP = 20, CAPTION = 52, TOP = 64, FRAME = 6, TEXT = 17;
/** Images enlarged by more than this factor show their pixels, since the model sees no more detail. */
const MAGNIFIED = 2;

/** Draws samples in rows of four images. */
export function samplesPlot({ title, samples }: SamplesPlot, font: Font): Drawing {
  const views = samples.some(({ beside }) => beside !== undefined) ? 2 : 1, across = views * TILE;
  const columns = Math.min(4 / views, Math.max(1, samples.length));
  const rows = Math.ceil(samples.length / columns);
  const width = GAP + columns * (across + GAP), height = TOP + rows * (TILE + CAPTION + GAP);
  const size = Math.min(22, 22 * (width - 2 * GAP) / font.width(title, 22));
  return drawing(
    width,
    height,
    font.family,
    label(title, { x: width / 2, y: 40, size, anchor: "middle" }),
    samples.map((sample, i) => {
      const x = GAP + (i % columns) * (across + GAP),
        y = TOP + Math.floor(i / columns) * (TILE + CAPTION + GAP);
      return tile(sample, [x, y], across, font);
    }),
  );
}

function tile(
  { picture, beside, truth, predicted, confidence, right }: SampleTile,
  [x, y]: readonly [x: number, y: number],
  across: number,
  font: Font,
): Child[] {
  const stroke = right ? RIGHT : WRONG, inside = TILE - 2 * FRAME;
  const percent = Number.isFinite(confidence) ? ` (${(100 * confidence).toFixed(1)} %)` : "";
  const line = (prefix: string, name: string, suffix: string, baseline: number, fill?: string) => {
    const room = across - font.width(prefix + suffix, TEXT);
    const parts = [prefix, shortened(font, name, TEXT, room), suffix];
    const full = prefix + name + suffix;
    return label(parts, { x, y: baseline, size: TEXT, full, ...(fill === undefined ? {} : { fill }) }, font);
  };
  return [
    element("rect", { x, y, width: across, height: TILE, fill: "#f1f3f5" }),
    image(picture, x + FRAME, y + FRAME, inside),
    ...(beside === undefined ? [] : [image(beside, x + TILE + FRAME, y + FRAME, inside)]),
    element("rect", {
      x: x + FRAME / 2,
      y: y + FRAME / 2,
      width: across - FRAME,
      height: TILE - FRAME,
      fill: "none",
      stroke,
      "stroke-width": FRAME,
    }),
    badge(right, x + across - 20, y + 20, stroke),
    line("true: ", truth, "", y + TILE + 22, FAINT),
    line("pred: ", predicted, percent, y + TILE + 45),
  ];
}

/** The image, scaled to fit a square. */
function image({ width, height, png }: TilePicture, x: number, y: number, side: number): Markup {
  const scale = side / Math.max(width, height);
  return element("image", {
    x: x + (side - width * scale) / 2,
    y: y + (side - height * scale) / 2,
    width: width * scale,
    height: height * scale,
    "image-rendering": scale > MAGNIFIED ? "optimizeSpeed" : undefined,
    href: `data:image/png;base64,${png.toBase64()}`,
  });
}

/** A disc with a tick or a cross. */
function badge(right: boolean, x: number, y: number, fill: string): Markup {
  const stroke = right
    ? `M${x - 6} ${y + .5}l4 4.5l8 -9.5`
    : `M${x - 5} ${y - 5}l10 10M${x + 5} ${y - 5}l-10 10`;
  return element(
    "g",
    {},
    element("title", {}, right ? "right" : "wrong"),
    element("circle", { cx: x, cy: y, r: 13, fill, stroke: "#ffffff", "stroke-width": 2 }),
    element("path", {
      d: stroke,
      fill: "none",
      stroke: "#ffffff",
      "stroke-width": 3,
      "stroke-linecap": "round",
    }),
  );
}
