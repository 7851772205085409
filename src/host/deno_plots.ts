/** Plots under Deno: resvg and the fonts come from their npm packages, loaded when the first plot is drawn. */
import type { Plotting, PlottingFor } from "../plots/raster.ts";
import { readPackageFile } from "./deno_places.ts";

let loading: Promise<PlottingFor> | undefined;

/** Loads what plots with these texts are drawn with. */
export async function loadPlotting(texts: readonly string[]): Promise<Plotting> {
  return await (await (loading ??= load()))(texts);
}

async function load(): Promise<PlottingFor> {
  const [wasm, font, { openPlotting }] = await Promise.all([
    readPackageFile("@resvg/resvg-wasm/index_bg.wasm"),
    readPackageFile("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"),
    import("../plots/raster.ts"),
  ]);
  return await openPlotting(wasm, font, readPackageFile);
}
