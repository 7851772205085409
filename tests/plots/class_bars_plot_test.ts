import { assert, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { classBarsPlot } from "../../src/plots/class_bars_plot.ts";
import { assertLegible, classNames, count, font } from "./layout.ts";

for (const classes of [1, 5, 42, 100]) {
  for (const kind of ["numbers", "long"] as const) {
    Deno.test(`classBarsPlot() of ${classes} classes with ${kind} for names clips and covers no text`, () => {
      const stream = rng(classes, "bars"), names = classNames(classes, kind);
      const split = (name: string, most: number) => ({
        name,
        counts: Uint32Array.from({ length: classes }, () => stream.integer(most)),
      });
      const splits = [split("train", 2_000_000), split("valid", 90), split("test", 1)];
      const plot = classBarsPlot({ title: "Samples of each class", names, splits }, font);
      assertLegible(plot);
      assertEquals(count(plot, "rect"), 1 + 3 * classes);
      const bars = [...plot.svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)];
      for (const [, x, width] of bars) assert(Number(x) + Number(width) < plot.width);
      assert(!plot.svg.includes("<script"));
    });
  }
}

Deno.test("classBarsPlot() makes bars as long as their counts", () => {
  const plot = classBarsPlot(
    { title: "t", names: ["a", "b"], splits: [{ name: "train", counts: [3, 12] }] },
    font,
  );
  const [short, long] = [...plot.svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)"/g)]
    .map(([, width]) => Number(width));
  assert(Math.abs(long / short - 4) < .01);
});
