import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Resvg } from "@resvg/resvg-wasm";
import { label, shortened } from "../../src/plots/text.ts";
import { font } from "./layout.ts";

const fontFile = new URL(import.meta.resolve("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"));
const bytes = Deno.readFileSync(fontFile);

/** How wide resvg draws a text: its ink from the first letter to the last, without kerning. */
function drawnWidth(text: string, size: number): number {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="200"><text y="100" style="font-kerning: none" ` +
    `font-family="Inter" font-size="${size}">${text}</text></svg>`;
  const drawn = new Resvg(svg, { font: { fontBuffers: [bytes], loadSystemFonts: false } });
  const box = drawn.getBBox()!;
  const { width } = box;
  box.free();
  drawn.free();
  return width;
}

Deno.test("width() is what the renderer draws, in Latin, Greek, Cyrillic and punctuation", () => {
  const size = 40;
  for (const letter of "aWi0189Zẞéñ%ŁλΩжЩєѣ–…€#_@") {
    const drawn = (drawnWidth(`H${letter.repeat(8)}H`, size) - drawnWidth("HH", size)) / 8;
    assertAlmostEquals(font.width(letter, size), drawn, .05, letter);
  }
  const words = "Confusion matrix of the valid split, epoch 17";
  const [drawn, measured] = [drawnWidth(words, size), font.width(words, size)];
  assert(drawn < measured && drawn > .98 * measured, `${drawn} and ${measured}`);
});

Deno.test("width() takes a square for a character that no font has", () => {
  assertEquals(font.width("背番", 10), 20);
});

Deno.test("shortened() keeps start and end, and never exceeds the width", () => {
  const text = "an extraordinarily long class name, number 17";
  assertEquals(shortened(font, text, 10, 1000), text);
  for (let width = 5; width < 230; width += 7) {
    const short = shortened(font, text, 10, width);
    assert(font.width(short, 10) <= width || short === "…", `${short} at ${width}`);
    const [start, end] = short.split("…");
    assert(short === text || (text.startsWith(start) && text.endsWith(end)), short);
  }
  assertEquals(shortened(font, "👩‍🚀".repeat(9), 10, 30).isWellFormed(), true);
});

Deno.test("label() says a shortened text in full where the mouse rests", () => {
  assertEquals(
    label("a…c", { x: 1, y: 2, size: 3, full: "a<c" }).text.includes("<title>a&lt;c</title>a…c"),
    true,
  );
  assertEquals(label("abc", { x: 1, y: 2, size: 3, full: "abc" }).text.includes("title"), false);
});
