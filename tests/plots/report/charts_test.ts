import { assertEquals } from "@std/assert";
import { short } from "../../../src/plots/report/page/charts.js";

Deno.test("the ticks of small learning rates are told apart", () => {
  const ticks = [0, 5e-7, 5.5e-7, .00005, .0001, .00015, .00025, 3 * .0001, .0015, .3, 12_500];
  assertEquals(ticks.map(short), [
    "0",
    "5e-7",
    "5.5e-7",
    "5e-5",
    "1e-4",
    "1.5e-4",
    "2.5e-4",
    "3e-4",
    "0.0015",
    "0.3",
    "12.5k",
  ]);
});
