/** Plots under Deno: resvg and the font come from their npm packages, loaded when the first plot is drawn. */
import type { Plotting } from "../plots/raster.ts";

let loading: Promise<Plotting> | undefined;

/** Loads what plots are drawn with. */
export function loadPlotting(): Promise<Plotting> {
  return loading ??= load();
}

async function load(): Promise<Plotting> {
  const read = (specifier: string) => Deno.readFile(new URL(import.meta.resolve(specifier)));
  const [wasm, font, { plotting }] = await Promise.all([
    read("@resvg/resvg-wasm/index_bg.wasm"),
    read("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"),
    import("../plots/raster.ts"),
  ]);
  return await plotting(wasm, font);
}
