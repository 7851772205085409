import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { CheckError } from "../../../src/base/errors.ts";
import { inMemory } from "../../../src/data/decode/picture_source.ts";
import type { Picture } from "../../../src/data/types.ts";
import type { Classifier } from "../../../src/setup/classify/classifier.ts";
import { compare, requireAgreement, TOLERANCES } from "../../../src/setup/export/check.ts";

/** A model that gives these logits, one row a picture. */
function model(...rows: number[][]): Classifier {
  let next = 0;
  return {
    path: "fake",
    card: { model: "resnet18", classes: ["a", "b"], imageSize: 8, steps: [], input: "normalized" },
    missing: [],
    notes: [],
    runtime: "none",
    logits: (pictures) =>
      Promise.resolve(Float32Array.from(pictures.flatMap(() => rows[next++ % rows.length]))),
    close: () => Promise.resolve(),
  };
}

const picture: Picture = { width: 1, height: 1, data: new Uint8Array(3) };
const pictures = (count: number) => inMemory(Array.from({ length: count }, () => picture));

Deno.test("an export that says the same passes", async () => {
  const agreement = await compare(model([4, -8], [1, 2]), model([4, -8.0004], [1, 2]), pictures(70), 1e-4);
  assertEquals([agreement.images, agreement.flips], [70, 0]);
  requireAgreement(agreement, "f32", "m.onnx");
});

Deno.test("an export whose logits are off is refused, by the image's own largest", async () => {
  const agreement = await compare(model([1000, 0], [1, 2]), model([1000, 0], [1, 2.001]), pictures(2), 1e-4);
  assertThrows(() => requireAgreement(agreement, "f32", "m.onnx"), CheckError, "logits by up to 5.0e-4");
  requireAgreement(agreement, "f16", "m.onnx");
});

Deno.test("an export of an undertrained model, whose logits are tiny, passes with the errors of rounding", async () => {
  const agreement = await compare(model([3e-3, -2e-3]), model([3e-3 + 5e-7, -2e-3]), pictures(2), 1e-4);
  assertAlmostEquals(agreement.worst, 5e-7, 1e-9);
  requireAgreement(agreement, "f32", "m.onnx");
  const swapped = await compare(model([3e-3, -2e-3]), model([-2e-3, 3e-3]), pictures(2), 1e-4);
  assertThrows(() => requireAgreement(swapped, "f32", "m.onnx"), CheckError, "differs in 2 of 2 images");
});

for (const [weights, tolerance] of Object.entries(TOLERANCES) as [keyof typeof TOLERANCES, number][]) {
  Deno.test(`with ${weights} weights a class may change between two that are as good as equal, and no further`, async () => {
    const near = 1 + tolerance / 3;
    requireAgreement(
      await compare(model([1, near]), model([near, 1]), pictures(2), tolerance),
      weights,
      "m.onnx",
    );
    const clear = await compare(model([1, near], [-1, 1]), model([near, 1], [1, -1]), pictures(2), tolerance);
    assertEquals([clear.flips, clear.clearFlips], [2, 1]);
    assertThrows(() => requireAgreement(clear, weights, "m.onnx"), CheckError, "differs in 1 of 2 images");
  });
}

Deno.test("an export of probabilities is compared by them, however far below the largest a logit is", async () => {
  const logitsOf = (...probabilities: number[]) =>
    probabilities.map((one) => Math.log(Math.max(one, 2 ** -149)));
  const of = async (...logits: number[]) =>
    await compare(model([200, 0]), model(logits), pictures(2), 1e-4, "probabilities");
  const rounded = await of(...logitsOf(1, 0));
  requireAgreement(rounded, "f32", "m.onnx");
  assertAlmostEquals(rounded.worst, 0, 1e-9);
  const wrong = await of(...logitsOf(0.9, 0.1));
  assertThrows(() => requireAgreement(wrong, "f32", "m.onnx"), CheckError, "probabilities by up to 5.0e-4");
});

Deno.test("an export that gives no numbers is refused", async () => {
  const agreement = await compare(model([1, 2]), model([NaN, NaN]), pictures(2), 1e-4);
  for (const weights of ["f32", "f16"] as const) {
    assertThrows(() => requireAgreement(agreement, weights, "m.onnx"), CheckError);
  }
});
