import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { stepFlops } from "../../bench/convs.ts";
import { countedPasses, projectedSeconds } from "../../bench/project.ts";

const step = { model: "resnet18", size: 64, batch: 4, precision: "32-true" } as const;

Deno.test("countedPasses() counts the operations of a step", () => {
  const total = countedPasses(step).reduce((sum, { flops }) => sum + flops, 0);
  assertEquals(total, stepFlops("resnet18", 64, 4, 1000));
});

Deno.test("countedPasses() counts each tensor of a pass once", () => {
  const image = 4 * 4 * 64 * 64 * 4, y = 4 * 4 * 32 * 32 * 64, filter = 4 * 3 * 64 * 49; // bytes at the stem
  const [forward, wgrad, apply, sums, dgrad] = countedPasses(step);
  assertEquals([forward, wgrad].map(({ kind, bytes }) => [kind, bytes]), [
    ["forward", image + filter + y],
    ["wgrad", image + filter + y],
  ]);
  assertEquals([apply, sums, dgrad].map(({ bytes }) => bytes / y), [2, 2, 3]);
});

Deno.test("16-mixed moves half the bytes of activations", () => {
  const bytes = (precision: "32-true" | "16-mixed") =>
    countedPasses({ ...step, batch: 4096, precision }).reduce((sum, pass) => sum + pass.bytes, 0);
  assertAlmostEquals(bytes("16-mixed") / bytes("32-true"), .5, .01);
});

Deno.test("projectedSeconds() takes the slower of operations and bytes for each pass", () => {
  const gpu = { peak: 100, bandwidth: 10, shares: { forward: .5, dgrad: .25, wgrad: 1 } };
  const of = (kind: "forward" | "dgrad" | "wgrad" | "memory", flops: number, bytes: number) =>
    projectedSeconds([{ kind, flops, bytes }], gpu);
  assertEquals([of("forward", 100, 10), of("dgrad", 100, 10), of("wgrad", 100, 30), of("memory", 0, 5)], [
    2,
    4,
    3,
    .5,
  ]);
});

Deno.test("countedPasses() refuses a network with other layers than a ResNet's", () => {
  assertThrows(
    () => countedPasses({ ...step, model: "mobilenet_v3_small" }),
    RangeError,
    "Cannot project a network with layers of kind",
  );
});
