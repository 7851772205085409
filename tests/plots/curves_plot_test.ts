import { assert, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { curvesPlot } from "../../src/plots/curves_plot.ts";
import { assertLegible, count, font } from "./layout.ts";

const common = { title: "Loss", yName: "Loss", firstEpoch: 0, bounds: [0, Infinity] as const };

for (const epochs of [1, 2, 7, 30, 200, 5000]) {
  Deno.test(`curvesPlot() of ${epochs} epochs clips and covers no text`, () => {
    const stream = rng(epochs, "curves");
    const values = () => Array.from({ length: epochs }, () => Math.exp(3 * stream.normal()));
    const note = "lowest 0.1234 in epoch 17, and more than fits this line ".repeat(4);
    const curves = ["train", "valid", "<script>"].map((name) => ({ name, values: values(), note }));
    const plot = curvesPlot({ ...common, curves }, font);
    const texts = assertLegible(plot).map(({ text }) => text);
    assert(texts.includes("Epoch") && texts.includes("0"));
    assert(!plot.svg.includes("<script"));
  });
}

Deno.test("curvesPlot() breaks a line at gaps and marks points that stand alone", () => {
  const values = Array.from({ length: 60 }, (_, i) => [20, 21, 40, 42].includes(i) ? NaN : i);
  values[58] = Infinity;
  const plot = curvesPlot({ ...common, curves: [{ name: "train", values }] }, font);
  const path = plot.svg.match(/<path d="(M[^"]*)" fill="none" stroke="#0072b2"/)![1];
  assertEquals(path.split("M").length - 1, 5); // 0-19, 22-39, 41, 43-57, 59
  assertEquals(count(plot, "circle"), 1 + 2); // in the legend; 41 and 59
  assert(!/NaN|Infinity/.test(plot.svg));
});

Deno.test("curvesPlot() draws what has no finite value, and shares within their bounds", () => {
  assertLegible(curvesPlot({ ...common, curves: [{ name: "train", values: [NaN, undefined] }] }, font));
  const curves = [{ name: "top-1", values: [0, 99.99, 100] }];
  const texts = assertLegible(curvesPlot({ ...common, bounds: [0, 100], curves }, font)).map(({ text }) =>
    text
  );
  assert(texts.includes("100") && !texts.includes("120"));
  assertLegible(
    curvesPlot({ ...common, bounds: [0, 100], curves: [{ name: "x", values: [100, 100] }] }, font),
  );
});
