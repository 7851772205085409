/** Text in drawings: measured, shortened where necessary, and placed. */
import { readTrueType } from "../formats/true_type.ts";
import { type Child, element, type Markup } from "./svg.ts";

/** A font for layout. */
export interface Font {
  readonly family: string;
  /** The width of a line of text at a font size, in the size's unit. */
  width(text: string, size: number): number;
}

/**
 * Extent above and below the baseline as a fraction of the font size: capitals and descenders of nearly every font.
 */
export const CAPITAL = 0.73;
export const DESCENT = 0.24;

/** The width of a character that the font lacks: viewers substitute another font, in which ideographs are square. */
const MISSING_WIDTH = 1;

/** A font from the bytes of its TrueType file. @throws SyntaxError if it is not one */
export function openFont(bytes: Uint8Array, family: string): Font {
  const { advance } = readTrueType(bytes);
  const known = new Map<string, number>();
  const widthOf = (letter: string) => {
    const kept = known.get(letter) ?? advance(letter.codePointAt(0)!) ?? MISSING_WIDTH;
    known.set(letter, kept);
    return kept;
  };
  return {
    family,
    width(text, size) {
      let sum = 0;
      for (const letter of text) sum += widthOf(letter);
      return sum * size;
    },
  };
}

/** The width of the widest text. */
export function widest(font: Font, texts: readonly string[], size: number): number {
  return texts.reduce((most, text) => Math.max(most, font.width(text, size)), 0);
}

/** `text`, or its start and end around an ellipsis if it is wider than `width`. */
export function shortened(font: Font, text: string, size: number, width: number): string {
  if (font.width(text, size) <= width) return text;
  const letters = [...text];
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

/** A line of text. */
export function label(text: string, place: TextPlace): Markup {
  const { x, y, size, anchor = "start", turn, fill = INK, full = text } = place;
  const more: Child = full === text ? [] : element("title", {}, full);
  return element(
    "text",
    {
      x,
      y,
      "font-size": size,
      "text-anchor": anchor === "start" ? undefined : anchor,
      transform: turn === undefined ? undefined : `rotate(${turn} ${hundredth(x)} ${hundredth(y)})`,
      fill,
    },
    more,
    text,
  );
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
