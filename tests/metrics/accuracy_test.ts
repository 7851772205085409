import { assert, assertEquals, assertThrows } from "@std/assert";
import { argmax, classAccuracy, topK, topKAccuracy } from "../../src/metrics/accuracy.ts";
import { referenceTest } from "../reference/folder.ts";

interface Case {
  classes: number;
  logits: number[];
  labels: number[];
  top1: number;
  top5: number;
  per_class_accuracy: (number | null)[];
}

referenceTest("Accuracies are those of PyTorch and scikit-learn", "metrics.json", (folder) => {
  for (
    const { classes, logits, labels, ...expected } of folder.json<{ cases: Case[] }>("metrics.json").cases
  ) {
    const top1 = topKAccuracy(1, classes), top5 = topKAccuracy(5, classes), perClass = classAccuracy(classes);
    for (const [from, to] of [[0, 7], [7, 7], [7, labels.length]]) {
      const batch = Float32Array.from(logits.slice(from * classes, to * classes));
      for (const metric of [top1, top5, perClass]) metric.update(batch, labels.slice(from, to));
    }
    assertEquals(Math.fround(top1.compute()!), expected.top1);
    assertEquals(Math.fround(top5.compute()!), expected.top5);
    assertEquals(perClass.compute(), expected.per_class_accuracy);
  }
});

const logits = Float32Array.of(
  ...[1, 3, 2, 3], // ties: class 1 before 3
  ...[0, 0, 0, 0], // all equal: class 0
  ...[-1, -Infinity, 5, 4],
);

Deno.test("topK() and argmax() rank the lowest index first among equals", () => {
  assertEquals(argmax(logits, 4), Uint32Array.of(1, 0, 2));
  assertEquals(topK(logits, [1, 0, 2], 1), 3);
  assertEquals(topK(logits, [3, 1, 3], 1), 0);
  assertEquals(topK(logits, [3, 1, 3], 2), 3);
  assertEquals(topK(logits, [0, 3, 1], 3), 0);
  assertEquals(topK(logits, [0, 3, 1], 4), 3);
});

Deno.test("topK() and argmax() count NaN as the largest, so a diverged model is not right by accident", () => {
  const broken = new Float32Array(8).fill(NaN);
  assertEquals(argmax(broken, 4), Uint32Array.of(0, 0));
  assertEquals(topK(broken, [2, 3], 1), 0);
  assertEquals(argmax(Float32Array.of(1, NaN, 2), 3), Uint32Array.of(1));
  assertEquals(topK(Float32Array.of(1, NaN, 2), [2], 1), 0);
});

Deno.test("topKAccuracy() takes k = min(k, classes), adds device counts and forgets on reset", () => {
  const top5 = topKAccuracy(5, 3);
  assertEquals([top5.k, top5.direction, top5.compute()], [3, "max", null]);
  top5.add(3, 4);
  top5.update(Float32Array.of(1, 2, 3), [0]);
  assertEquals(top5.compute(), 0.8);
  top5.reset();
  assertEquals(top5.compute(), null);
});

Deno.test("classAccuracy() is null where a class has no sample", () => {
  const metric = classAccuracy(4);
  metric.update(logits, [1, 1, 2]);
  assertEquals(metric.compute(), [null, 0.5, 1, null]);
  metric.add([1, 0, 0, 0], [4, 0, 0, 0]);
  assertEquals(metric.compute(), [0.25, 0.5, 1, null]);
  metric.reset();
  assertEquals(metric.compute(), [null, null, null, null]);
});

Deno.test("Accuracies refuse labels, counts and shapes that do not fit", () => {
  assertThrows(() => topK(logits, [1, 0, 2], 5), RangeError, "k must be 1 to 4, current value is 5");
  assertThrows(() => topK(logits, [1, 4, 2], 1), RangeError, "current label of sample 1 is 4");
  assertThrows(() => topK(logits, [1, 0, 2, 1, 1], 1), TypeError, "12 logits and 5 labels");
  assertThrows(() => topK(logits, [], 1), TypeError, "12 logits and 0 labels");
  assertThrows(() => argmax(logits, 5), TypeError, "whole rows of 5 classes");
  assertThrows(() => topKAccuracy(0, 3), RangeError, "current k is 0");
  assertThrows(() => topKAccuracy(1, 3).add(5, 4), RangeError, "hits must be 0 to 4 samples");
  assertThrows(
    () => classAccuracy(3).update(logits, [1, 0, 2]),
    TypeError,
    "must be [N, 3], current shape is [3, 4]",
  );
  assertThrows(() => classAccuracy(3).add([1], [1]), TypeError, "for 3 classes");
  assert(topK(new Float32Array(0), [], 1) === 0);
});
