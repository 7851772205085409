import { assertAlmostEquals, assertEquals } from "@std/assert";
import { confusionPlot } from "../../src/plots/confusion_plot.ts";
import { decodeImage } from "../../src/host/deno_images.ts";
import { drawing, element } from "../../src/plots/svg.ts";
import { classNames, font, png } from "./layout.ts";

for (const classes of [5, 42]) {
  Deno.test(`png() of ${classes} classes at 150 dpi has the right size, and says its density`, async () => {
    const counts = new Float64Array(classes ** 2).fill(1);
    const plot = confusionPlot({ title: "t", names: classNames(classes, "numbers"), counts }, font);
    const bytes = await png(plot, 150);
    const { width, height } = await decodeImage(bytes);
    const side = Math.ceil(Math.max(12, .35 * classes) * 150);
    assertEquals([width, height], [side, side]);
    const view = new DataView(bytes.buffer), at = 8 + 25;
    assertEquals(new TextDecoder().decode(bytes.subarray(at + 4, at + 8)), "pHYs");
    assertAlmostEquals(view.getUint32(at + 8) * .0254, 150, .02);
    assertEquals([view.getUint32(at + 12), bytes[at + 16]], [view.getUint32(at + 8), 1]);
  });
}

Deno.test("png() keeps colours, and text is drawn", async () => {
  const square = element("rect", { x: 10, y: 10, width: 10, height: 10, fill: "#0072b2" });
  const text = element("text", { x: 40, y: 40, "font-size": 30 }, "8");
  const { width, data } = await decodeImage(await png(drawing(80, 50, font.family, square, text), 96));
  const at = (x: number, y: number) => [...data.subarray(3 * (y * width + x)).subarray(0, 3)];
  assertEquals([at(15, 15), at(2, 2)], [[0, 0x72, 0xb2], [255, 255, 255]]);
  let dark = 0;
  for (let x = 40; x < 60; x++) for (let y = 15; y < 42; y++) dark += Number(at(x, y)[0] < 100);
  assertEquals(dark > 50, true);
});

Deno.test("png() draws what would be too large with fewer dots, and says so", async () => {
  const bytes = await png(drawing(96 * 350, 96 * 2, font.family), 150);
  const { width, height } = await decodeImage(bytes);
  assertEquals([width, height], [8000, 46]);
  assertAlmostEquals(new DataView(bytes.buffer).getUint32(8 + 25 + 8) * .0254, 8000 / 350, .02);
});
