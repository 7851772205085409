/** Renders drawings to PNG with resvg (compiled to WebAssembly) and fonts. The host provides the bytes. */
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { encodePng } from "../formats/png.ts";
import { type Drawing, element, INCH } from "./svg.ts";
import { type FallbackFont, fontsFor } from "./fallback_fonts.ts";
import { type Face, type Font, openFace, openFont } from "./font.ts";

/** What plots are laid out and drawn with. */
export interface Plotting {
  readonly font: Font;
  /** Renders a drawing to PNG at this resolution, or less if a side would exceed 8,000 pixels. */
  png(drawing: Drawing, dotsPerInch: number): Promise<Uint8Array>;
}

/** Gives plotting whose font has the characters of these texts, such as the classes' names. */
export type PlottingFor = (texts: readonly string[]) => Promise<Plotting>;

/**
 * Limit on the pixels of a side: 8,000 take 256 MB during rendering, and double that exceeds WebAssembly's memory.
 */
const MOST_PIXELS = 8000;

/** The family of the font that the host provides. */
const FAMILY = "Inter";

let starting: Promise<void> | undefined;

/**
 * Initialises rendering.
 *
 * @param wasm resvg's module; a process uses the first one it gets
 * @param inter Inter Regular as a TrueType file
 * @param load reads the file of another font, once a text needs it
 */
export async function openPlotting(
  wasm: Uint8Array,
  inter: Uint8Array,
  load: (file: string) => Promise<Uint8Array>,
): Promise<PlottingFor> {
  await (starting ??= initWasm(wasm as BufferSource as ArrayBuffer));
  const main = openFace(inter, FAMILY), loaded = new Map<string, Promise<Face>>();
  const open = ({ file, family, rightToLeft, joins }: FallbackFont) => {
    const face = loaded.get(file) ?? load(file).then((bytes) => {
      const plain = openFace(bytes, family, rightToLeft);
      return joins ? { ...plain, shaped: shapedWidth(plain) } : plain;
    });
    loaded.set(file, face);
    return face;
  };
  return async (texts) => {
    const faces = [main, ...await fontsFor(texts, main, open)];
    return { font: openFont(faces), png: (drawing, wanted) => render(drawing, wanted, faces) };
  };
}

async function render(
  { svg, width, height }: Drawing,
  wanted: number,
  faces: readonly Face[],
): Promise<Uint8Array> {
  const dotsPerInch = Math.min(wanted, MOST_PIXELS * INCH / Math.max(width, height));
  // Of the fonts that have a character, resvg takes the first.
  const fontBuffers = faces.map(({ bytes }) => bytes);
  const renderer = new Resvg(svg, {
    font: { fontBuffers, defaultFontFamily: FAMILY, loadSystemFonts: false },
    fitTo: { mode: "zoom", value: dotsPerInch / INCH },
  });
  const image = renderer.render();
  try {
    const { width, height, pixels } = image;
    return await encodePng({ width, height, data: opaque(pixels) }, dotsPerInch);
  } finally {
    image.free();
    renderer.free();
  }
}

/** Measures lines as they are drawn, by their underline; ink may begin later and end earlier. */
function shapedWidth({ bytes, family }: Face): (text: string) => number {
  const known = new Map<string, number>(), size = 100;
  return (text) => {
    const kept = known.get(text);
    if (kept !== undefined) return kept;
    const line = element("text", {
      "font-size": size,
      "text-decoration": "underline",
      "xml:space": "preserve",
    }, text);
    const svg = element("svg", { xmlns: "http://www.w3.org/2000/svg", "font-family": family }, line);
    const renderer = new Resvg(svg.text, { font: { fontBuffers: [bytes], loadSystemFonts: false } });
    const box = renderer.getBBox(), width = (box?.width ?? 0) / size;
    box?.free();
    renderer.free();
    known.set(text, width);
    return width;
  };
}

/** Drops the alpha channel of RGBA: drawings have a white background. */
function opaque(pixels: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(pixels.length / 4 * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    rgb[to] = pixels[from];
    rgb[to + 1] = pixels[from + 1];
    rgb[to + 2] = pixels[from + 2];
  }
  return rgb;
}
