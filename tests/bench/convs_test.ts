import { assertEquals } from "@std/assert";
import { COMPARED, convFlops, convName, convsOf, countedConvs, stepFlops } from "../../bench/convs.ts";
import type { ModelName } from "../../src/nn/models/mod.ts";

Deno.test("convFlops() is 2 N P Q K R S C", () => {
  assertEquals(convFlops(COMPARED, 8), 2 * 8 * 28 * 28 * 64 * 9 * 64);
  const stem = convsOf("resnet18", 224)[0];
  assertEquals(convFlops(stem, 1), 2 * 112 * 112 * 64 * 7 * 7 * 3); // 3 channels, not the 4 that are stored
});

Deno.test("stepFlops() gives the known GFLOP of a step at 224 pixels, batch 64", () => {
  const gflop = (model: ModelName) => Math.round(stepFlops(model, 224, 64, 1000) / 1e9);
  assertEquals((["resnet18", "resnet34", "resnet50"] as const).map(gflop), [681, 1392, 1555]);
});

Deno.test("countedConvs() counts each layer of ResNet-18 once", () => {
  const counted = countedConvs("resnet18", 224);
  assertEquals(counted.map(({ conv, count }) => `${count} x ${convName(conv)}`), [
    "1 x 7x7 3-64 /2 at 224",
    "4 x 3x3 64-64 at 56",
    "1 x 3x3 64-128 /2 at 56",
    "3 x 3x3 128-128 at 28",
    "1 x 1x1 64-128 /2 at 56",
    "1 x 3x3 128-256 /2 at 28",
    "3 x 3x3 256-256 at 14",
    "1 x 1x1 128-256 /2 at 28",
    "1 x 3x3 256-512 /2 at 14",
    "3 x 3x3 512-512 at 7",
    "1 x 1x1 256-512 /2 at 14",
  ]);
  assertEquals(counted.map(({ needsDx }) => needsDx), [false, ...Array(10).fill(true)]);
});
