import { assert, assertEquals, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { confusionPlot, confusionSide } from "../../src/plots/confusion_plot.ts";
import { assertLegible, classNames, count, font } from "./layout.ts";

function counts(classes: number, largest: number): Float64Array {
  const stream = rng(classes, "confusion");
  return Float64Array.from(
    { length: classes ** 2 },
    (_, i) => i % (classes + 1) === 0 ? largest : stream.integer(3) === 0 ? stream.integer(9) : 0,
  );
}

for (const classes of [1, 2, 5, 42, 100]) {
  for (const kind of ["numbers", "long"] as const) {
    Deno.test(`confusionPlot() of ${classes} classes with ${kind} for names clips and covers no text`, () => {
      const values = counts(classes, 1234), names = classNames(classes, kind);
      const plot = confusionPlot({ title: "Confusion matrix", names, counts: values }, font);
      assertEquals([plot.width, plot.height], [confusionSide(classes), confusionSide(classes)]);
      assertEquals(plot.width, Math.max(12, .35 * classes) * 96);
      const texts = assertLegible(plot).map(({ text }) => text);
      const filled = values.filter((value) => value > 0).length;
      assertEquals(count(plot, "rect"), 2 + filled + 65); // page, empty cells, full cells, colour bar
      assertEquals(texts.filter((text) => text === "1234").length, classes);
      assertEquals(texts.filter((text) => /^[1-8]$/.test(text)).length >= filled - classes, true);
      if (kind === "numbers") {
        for (const name of names) assert(texts.filter((text) => text === name).length >= 2);
      }
      assert(!plot.svg.includes("<script"));
    });
  }
}

Deno.test("confusionPlot() leaves numbers out where they would be too small", () => {
  const names = classNames(100, "numbers"), values = counts(100, 1);
  const many = values.map((value) => value * 10_000_000);
  const small = confusionPlot({ title: "", names, counts: many }, font);
  const texts = assertLegible(small).map(({ text }) => text);
  assertEquals(texts.includes("10000000"), false);
});

Deno.test("confusionPlot() puts a row's shares into colours, and says so when there is nothing", () => {
  const names = ["a", "b"];
  const plot = confusionPlot({ title: "t", names, counts: [1, 1, 0, 30] }, font);
  assertEquals(plot.svg.split("#6baed6").length - 1 >= 2, true, "half of a row is the middle blue");
  assert(plot.svg.includes("32 samples, 96.9 % correct"));
  assert(confusionPlot({ title: "t", names, counts: [0, 0, 0, 0] }, font).svg.includes("no samples"));
  assertThrows(() => confusionPlot({ title: "t", names, counts: [1] }, font), TypeError, "need 4 counts");
});

Deno.test("confusionPlot() of many classes keeps its size, with names while they can be read", () => {
  for (const [classes, hasNames] of [[200, true], [600, false]] as const) {
    const counts = new Float64Array(classes ** 2);
    for (let c = 0; c < classes; c++) counts[c * (classes + 1)] = 1;
    const plot = confusionPlot({ title: "Many", names: classNames(classes, "numbers"), counts }, font);
    assertEquals(plot.width, 27 * 96);
    const texts = assertLegible(plot).map(({ text }) => text);
    assertEquals(texts.length > classes, hasNames);
  }
});
