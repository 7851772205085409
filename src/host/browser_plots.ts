/** Plots in a page: resvg and the fonts are fetched from the page's server. */
import { DataError } from "../base/errors.ts";
import { openPlotting, type PlottingFor } from "../plots/raster.ts";

/** The addresses of the files on the page's server. */
export interface PlottingFiles {
  /** `index_bg.wasm` of @resvg/resvg-wasm. */
  readonly wasm: string | URL;
  /** `400Regular/Inter_400Regular.ttf` of @expo-google-fonts/inter. */
  readonly font: string | URL;
  /** The address of another font, given by its file in its npm package; fetched once a text needs it. */
  fallback(file: string): string | URL;
}

/**
 * Loads what plots are laid out and drawn with; the result is called with the texts that they show.
 * @throws DataError if the server lacks a file
 */
export async function loadPlotting({ wasm, font, fallback }: PlottingFiles): Promise<PlottingFor> {
  const [module, file] = await Promise.all([load(wasm), load(font)]);
  return await openPlotting(module, file, (file) => load(fallback(file)));
}

async function load(address: string | URL): Promise<Uint8Array> {
  const response = await fetch(address);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new DataError(`Cannot draw plots: loading ${address} failed with status ${response.status}`);
}
