/** Renders drawings to PNG with resvg (compiled to WebAssembly) and one font. The host provides the bytes of both. */
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { encodePng } from "../formats/png.ts";
import { type Drawing, INCH } from "./svg.ts";
import { type Font, openFont } from "./text.ts";

/** What plots are laid out and drawn with. */
export interface Plotting {
  readonly font: Font;
  /** Renders a drawing to PNG at this resolution, or less if a side would exceed 8,000 pixels. */
  png(drawing: Drawing, dotsPerInch: number): Promise<Uint8Array>;
}

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
 * @param fontBytes Inter Regular as a TrueType file
 */
export async function plotting(wasm: Uint8Array, fontBytes: Uint8Array): Promise<Plotting> {
  await (starting ??= initWasm(wasm as BufferSource as ArrayBuffer));
  const font = openFont(fontBytes, FAMILY);
  return {
    font,
    async png({ svg, width, height }, wanted) {
      const dotsPerInch = Math.min(wanted, MOST_PIXELS * INCH / Math.max(width, height));
      const renderer = new Resvg(svg, {
        font: { fontBuffers: [fontBytes], defaultFontFamily: FAMILY, loadSystemFonts: false },
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
    },
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
