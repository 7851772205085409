/** Plots in a page: resvg and the font come from addresses that the page's server has. */
import { DataError } from "../base/errors.ts";
import { type Plotting, plotting } from "../plots/raster.ts";

/** Where a page's server has the two files. */
export interface PlottingFiles {
  /** `index_bg.wasm` of @resvg/resvg-wasm. */
  readonly wasm: string | URL;
  /** `400Regular/Inter_400Regular.ttf` of @expo-google-fonts/inter. */
  readonly font: string | URL;
}

/** What plots are laid out and drawn with. @throws DataError if the server lacks a file */
export async function loadPlotting({ wasm, font }: PlottingFiles): Promise<Plotting> {
  const [module, file] = await Promise.all([load(wasm), load(font)]);
  return await plotting(module, file);
}

async function load(address: string | URL): Promise<Uint8Array> {
  const response = await fetch(address);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new DataError(`Cannot draw plots as ${address} cannot be loaded: status ${response.status}`);
}
