/** Text in drawings: measured, shortened where necessary, and placed. */
import type { Font } from "./font.ts";
import { type Child, element, type Markup } from "./svg.ts";

/**
 * Extent above and below the baseline as a fraction of the font size: capitals and descenders of nearly every font.
 */
export const CAPITAL = 0.73;
export const DESCENT = 0.24;

/** The width of the widest text. */
export function widest(font: Font, texts: readonly string[], size: number): number {
  return texts.reduce((most, text) => Math.max(most, font.width(text, size)), 0);
}

/** `text`, or its start and end around an ellipsis if it is wider than `width`. */
export function shortened(font: Font, text: string, size: number, width: number): string {
  if (font.width(text, size) <= width) return text;
  const letters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  for (let kept = letters.length - 1; kept > 0; kept--) {
    const start = Math.ceil(kept / 2), end = kept - start;
    const short = letters.slice(0, start).join("") + "…" + (end > 0 ? letters.slice(-end).join("") : "");
    if (font.width(short, size) <= width) return short;
  }
  return "…";
}

/** The position of a line of text. */
export interface TextPlace {
  /** The anchor's position; `y` is the baseline. */
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly anchor?: "start" | "middle" | "end";
  /** Degrees clockwise around the anchor. */
  readonly turn?: number;
  readonly fill?: string;
  /** The full text if `text` is shortened, shown on hover. */
  readonly full?: string;
}

/** The title of a drawing `width` wide, centred on a baseline and shortened to fit. */
export function titleLabel(font: Font, title: string, width: number, y: number): Markup {
  const size = 20;
  const text = shortened(font, title, size, width - 40);
  return label(text, { x: width / 2, y, size, anchor: "middle", full: title });
}

/**
 * A line of text. In parts, each stays in its place, whatever its direction: "pred: ", a name in Arabic, "(93 %)". A
 * text that may have characters that the main font lacks needs `font`, since the renderer finds others for a whole line
 * only: each run gets its own font and place.
 */
export function label(text: string | readonly string[], place: TextPlace, font?: Font): Markup {
  const parts = typeof text === "string" ? [text] : text, whole = parts.join("");
  const { x, y, size, anchor = "start", turn, fill = INK, full = whole } = place;
  const more: Child = full === whole ? [] : element("title", {}, full);
  const runs = font?.runs(parts) ?? [];
  const attributes = {
    x,
    y,
    "font-size": size,
    "text-anchor": anchor === "start" ? undefined : anchor,
    transform: turn === undefined ? undefined : `rotate(${turn} ${hundredth(x)} ${hundredth(y)})`,
    fill,
  };
  if (runs.length < 2) return element("text", { ...attributes, "font-family": runs[0]?.family }, more, whole);
  const width = runs.reduce((sum, run) => sum + run.width * size, 0);
  let at = x - (anchor === "middle" ? width / 2 : anchor === "end" ? width : 0);
  const spans = runs.map((run) => {
    const span = { x: at, "text-anchor": "start", "font-family": run.family };
    at += run.width * size;
    return element("tspan", span, run.text);
  });
  // Without this the spaces at the ends of runs would be dropped.
  return element("text", { ...attributes, "xml:space": "preserve" }, more, spans);
}

/** The baseline that centres capitals and digits of a size around `y`. */
export function middleOf(y: number, size: number): number {
  return y + CAPITAL * size / 2;
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Text colours: primary and secondary. */
export const INK = "#1b2733";
export const FAINT = "#5b6875";
