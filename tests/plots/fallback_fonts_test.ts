/** Names in scripts that Inter lacks: the fonts they need, their widths, and that PNGs show them. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { decodeImage } from "../../src/host/deno_images.ts";
import { loadPlotting } from "../../src/host/deno_plots.ts";
import { confusionPlot } from "../../src/plots/confusion_plot.ts";
import { fallbackFonts, fontsFor } from "../../src/plots/fallback_fonts.ts";
import { drawing } from "../../src/plots/svg.ts";
import { type Face, openFace } from "../../src/plots/font.ts";
import { label, shortened } from "../../src/plots/text.ts";
import { assertLegible } from "./layout.ts";

const names: Record<string, string> = {
  NotoSansArabic: "قطة كبيرة",
  NotoSansHebrew: "חתול",
  NotoSansDevanagari: "बिल्ली",
  NotoSansThai: "แมว",
  NanumGothic: "고양이",
  BIZUDPGothic: "背番号ネコです",
  ZCOOLXiaoWei: "马鱼鸟",
  NotoEmoji: "😀🐈‍⬛🦆",
};

const read = (file: string) => Deno.readFile(new URL(import.meta.resolve(file)));

/** The fonts that texts load, and those they take. */
async function asked(...texts: string[]) {
  const loaded: string[] = [];
  const nameOf = (file: string) => /(\w+)_400Regular/.exec(file)![1];
  const main: Face = {
    bytes: new Uint8Array(),
    family: "Main",
    advance: (letter) => /[ -~ä]/.test(letter) ? .5 : undefined,
  };
  const taken = await fontsFor(texts, main, async ({ file, family }) => {
    loaded.push(nameOf(file));
    return openFace(await read(file), family);
  });
  return { loaded, taken: taken.length };
}

Deno.test("fontsFor() loads nothing for what the main font has, and only the font of a script", async () => {
  assertEquals(await asked("cat", "Käfer 7#"), { loaded: [], taken: 0 });
  for (const [font, name] of Object.entries(names)) {
    const { loaded, taken } = await asked("cat", name);
    assertEquals(loaded.at(-1), font, name);
    assertEquals(taken, font === "ZCOOLXiaoWei" ? loaded.length - 1 : 1, name); // the Japanese font lacks all three
  }
  assertEquals(fallbackFonts.length, Object.keys(names).length);
});

/** The dark pixels of a text of that size, and the columns that they take. */
async function ink(text: string | readonly string[], size = 40): Promise<{ dark: number; width: number }> {
  const { font, png } = await loadPlotting([text].flat());
  const place = { x: 20, y: 60, size };
  const { width, data } = await decodeImage(
    await png(drawing(600, 90, font.family, label(text, place, font)), 96),
  );
  const columns: number[] = [];
  data.forEach((value, i) => i % 3 === 0 && value < 128 && columns.push(i / 3 % width));
  return { dark: columns.length, width: Math.max(...columns) - Math.min(...columns) + 1 };
}

for (const name of Object.values(names)) {
  Deno.test(`a PNG shows ${name}, as wide as it was measured`, async () => {
    const { font } = await loadPlotting([name]), { dark, width } = await ink(name);
    assert(dark > 200);
    const measured = font.width(name, 40);
    assert(width <= measured + 2, `${width} of ${measured}`);
    assertAlmostEquals(width, measured, .12 * measured);
    const missing = (await loadPlotting([])).font.width(name, 40);
    assert(measured !== missing, "measured as if the font were missing");
  });
}

Deno.test("an emoji's joiners and variation selectors have no width, and shortened() parts no emoji", async () => {
  const { font } = await loadPlotting(["❤️👩‍🚀"]);
  assertEquals(font.width("\ufe0f\u200d", 10), 0);
  const short = shortened(font, "👩‍🚀".repeat(9), 10, 60);
  assertEquals(short.replaceAll("👩‍🚀", ""), "…");
});

Deno.test("a matrix with names in every script is legible", async () => {
  const classes = Object.values(names), { font } = await loadPlotting(classes);
  const counts = new Float64Array(classes.length ** 2).fill(1);
  assertLegible(confusionPlot({ title: "t", names: classes, counts }, font));
});

Deno.test("runs() go from left to right, each of one face, and each part stays in its place", async () => {
  const { font } = await loadPlotting(Object.values(names));
  const texts = (...parts: string[]) => font.runs(parts).map(({ text }) => text);
  assertEquals(texts("pred: ", "cat", " (93 %)"), ["pred: cat (93 %)"]);
  assertEquals(texts("pred: ", "قطة", " (93 %)"), ["pred: ", "قطة", " (93 %)"]);
  assertEquals(texts("قطة كبيرة"), ["قطة كبيرة"]);
  assertEquals(texts("013 😀 smile"), ["013 ", "😀", " smile"]);
  assertEquals(texts("cat قطة"), ["cat ", "قطة"]);
  assertEquals(texts("قطة cat"), ["cat", "قطة "]);
  assertEquals(texts("חתול cat 背番 قطة"), ["قطة", "cat ", "背番", " ", "חתול "]);
  assertEquals(font.runs(["😀"])[0].family, "Noto Emoji");
});

Deno.test("a PNG shows mixed names whole: every character of each run, as alone", async () => {
  for (
    const mixed of [["true: ", "😀 🐈‍⬛", ""], ["", "قطة cat", " 9"], ["x ", "背番号", " y"], [
      "",
      "बिल्ली 7",
      "",
    ]]
  ) {
    const { font } = await loadPlotting(mixed);
    const alone = await Promise.all(
      font.runs(mixed).filter(({ text }) => text.trim() !== "").map(({ text }) => ink(text)),
    );
    const sum = alone.reduce((all, { dark }) => all + dark, 0), { dark } = await ink(mixed);
    assertAlmostEquals(dark, sum, .06 * sum, mixed.join(""));
  }
});
