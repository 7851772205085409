/** Plots in a page: resvg and the font are fetched from the page's server. */
import { DataError } from "../base/errors.ts";
import { type Plotting, plotting } from "../plots/raster.ts";

/** The addresses of the two files on the page's server. */
export interface PlottingFiles {
  /** `index_bg.wasm` of @resvg/resvg-wasm. */
  readonly wasm: string | URL;
  /** `400Regular/Inter_400Regular.ttf` of @expo-google-fonts/inter. */
  readonly font: string | URL;
}

/** Loads what plots are laid out and drawn with. @throws DataError if the server lacks a file */
export async function loadPlotting({ wasm, font }: PlottingFiles): Promise<Plotting> {
  const [module, file] = await Promise.all([load(wasm), load(font)]);
  return await plotting(module, file);
}

async function load(address: string | URL): Promise<Uint8Array> {
  const response = await fetch(address);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new DataError(`Cannot draw plots: loading ${address} failed with status ${response.status}`);
}
