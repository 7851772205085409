import { assert, assertEquals } from "@std/assert";
import { reliability } from "../../src/metrics/calibration.ts";
import { reliabilityPlot } from "../../src/plots/reliability_plot.ts";
import { randomScores } from "../metrics/random_scores.ts";
import { assertLegible, count, font } from "./layout.ts";

Deno.test("reliabilityPlot() clips and covers no text, and draws a bar for each bin that has samples", () => {
  const { logits, labels } = randomScores(300, 5, 1);
  const gathered = reliability(5);
  gathered.update(logits, labels);
  const bins = gathered.compute();
  const plot = reliabilityPlot({ title: "Reliability of the valid split, epoch 12", ...bins }, font);
  assertLegible(plot);
  assertEquals(count(plot, "rect"), 1 + bins.samples.filter((samples) => samples > 0).length + 15);
});

Deno.test("reliabilityPlot() says the calibration error, and that there is nothing to draw", () => {
  const bins = { samples: [0, 10], confidence: [0, 9], hits: [0, 5] };
  assert(reliabilityPlot({ title: "t", ...bins }, font).svg.includes("expected calibration error 40.0 %"));
  const none = { samples: [0, 0], confidence: [0, 0], hits: [0, 0] };
  assert(reliabilityPlot({ title: "t", ...none }, font).svg.includes("no samples"));
  const broken = { samples: [0, 10], confidence: [0, NaN], hits: [0, 5] };
  assertLegible(reliabilityPlot({ title: "t", ...broken }, font));
});
