import { assertAlmostEquals, assertEquals } from "@std/assert";
import { outputScalars } from "../../src/train/output_scalars.ts";

Deno.test("outputScalars() names each class's accuracy, and leaves out what is not defined", () => {
  const logits = Float32Array.of(2, 0, 0, 0, 2, 0, 2, 0, 0, 2, 0, 0);
  const outputs = {
    split: "valid",
    logits,
    labels: Uint32Array.of(0, 1, 1, 0),
    indices: new Uint32Array(4),
  } as const;
  const scalars = outputScalars("val", outputs);
  assertEquals(scalars["val/acc_class_0"], 1);
  assertEquals(scalars["val/acc_class_1"], .5);
  assertEquals("val/acc_class_2" in scalars, false);
  assertAlmostEquals(scalars["val/f1_macro"], (.8 + 2 / 3 + 0) / 3, 1e-12);
  assertAlmostEquals(scalars["val/auroc_macro"], .75, 1e-12);
  const confidence = Math.exp(2) / (Math.exp(2) + 2);
  assertAlmostEquals(scalars["val/ece"], Math.abs(.75 - confidence), 1e-7);
});

Deno.test("outputScalars() of no samples is empty", () => {
  const none = {
    split: "test",
    logits: new Float32Array(0),
    labels: new Uint32Array(0),
    indices: new Uint32Array(0),
  };
  assertEquals(outputScalars("test", none as Parameters<typeof outputScalars>[1]), {});
});
