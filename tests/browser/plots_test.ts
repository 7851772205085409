/** Plots that a page draws against those of the command line. */
import { assertEquals } from "@std/assert";
import { decodeImage } from "../../src/host/deno_images.ts";
import { confusionPlot } from "../../src/plots/confusion_plot.ts";
import { loadPlotting } from "../../src/host/deno_plots.ts";
import { fallbackFonts } from "../../src/plots/fallback_fonts.ts";
import { browserTest } from "../rings.ts";
import { blank, bundle, script, withPage } from "./harness.ts";

const read = (specifier: string) => Deno.readFile(new URL(import.meta.resolve(specifier)));
const ttf = async (specifier: string) => ({ type: "font/ttf", body: await read(specifier) });

browserTest("a page draws the PNG that the command line draws, pixel by pixel", async () => {
  const plot = {
    title: "Confusion matrix",
    names: ["0", "قطة 7", "背番 Ж"],
    counts: [8, 1, 1, 0, 5, 2, 3, 0, 9],
  };
  const routes = {
    "/": blank,
    "/plots.js": script(await bundle(["src/host/browser_plots.ts", "src/plots/confusion_plot.ts"])),
    "/resvg.wasm": { type: "application/wasm", body: await read("@resvg/resvg-wasm/index_bg.wasm") },
    "/font.ttf": await ttf("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"),
    "/NotoSansArabic_400Regular.ttf": await ttf(fallbackFonts[0].file),
    "/BIZUDPGothic_400Regular.ttf": await ttf(fallbackFonts[5].file),
  };
  await withPage(routes, async ({ page, errors }) => {
    const drawn = await page.evaluate(async (plot) => {
      const { loadPlotting, confusionPlot } = await import("/plots.js" as string);
      const fallback = (file: string) => `/${file.split("/").at(-1)}`;
      const plotting = await loadPlotting({ wasm: "/resvg.wasm", font: "/font.ttf", fallback });
      const { font, png } = await plotting(plot.names);
      const drawing = confusionPlot(plot, font);
      return { svg: drawing.svg as string, bytes: [...await png(drawing, 75) as Uint8Array] };
    }, plot);
    const { font, png } = await loadPlotting(plot.names), expected = confusionPlot(plot, font);
    assertEquals(drawn.svg, expected.svg);
    assertEquals(await decodeImage(Uint8Array.from(drawn.bytes)), await decodeImage(await png(expected, 75)));
    const fault = await page.evaluate(async () => {
      const { loadPlotting } = await import("/plots.js" as string);
      return await loadPlotting({ wasm: "/none.wasm", font: "/font.ttf" }).catch(String);
    });
    assertEquals(fault, "DataError: Cannot draw plots: loading /none.wasm failed with status 404");
    assertEquals(errors.filter((line) => !line.includes("404")), []);
  });
});
