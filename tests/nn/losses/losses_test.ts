import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { tensorOf } from "../../../src/core/tensor.ts";
import type { LossContext } from "../../../src/nn/losses/loss.ts";
import {
  type ChosenLoss,
  losses,
  type LossName,
  makeHostLoss,
  makeLoss,
} from "../../../src/nn/losses/mod.ts";
import { deviceTest } from "../../core/fixtures.ts";
import * as reference from "../../reference/losses.ts";
import { float64, randomLabels, randomNormal, randomUniform } from "../../reference/random.ts";

const n = 6, classes = 5, padded = 8;
const logits = randomNormal(rng(1), n * classes, 2), labels = randomLabels(rng(2), n, classes);
const weight = float64(randomUniform(rng(3), classes, .5, 2));

/** Focal loss by the labels' class weights. */
function weightedFocal(gamma: number): number {
  let losses = 0, weights = 0;
  for (let row = 0; row < n; row++) {
    const one = float64(logits.subarray(row * classes, (row + 1) * classes));
    const single = reference.focal(one, labels.subarray(row, row + 1), { n: 1, classes, gamma });
    losses += weight[labels[row]] * single.loss;
    weights += weight[labels[row]];
  }
  return losses / weights;
}

const wide = float64(logits), shape = { n, classes };
const balanced = { class_weights: "balanced" }, none = { class_weights: "none" };
const smoothed = { label_smoothing: .1 }, plain = { label_smoothing: 0 };

const cases: {
  what: string;
  name: LossName;
  options: Readonly<Record<string, unknown>>;
  context?: Partial<LossContext>;
  expected: number;
}[] = [
  {
    what: "cross-entropy",
    name: "cross_entropy",
    options: { ...plain, ...none },
    expected: reference.crossEntropy(wide, labels, shape).loss,
  },
  {
    what: "cross-entropy with label smoothing and class weights",
    name: "cross_entropy",
    options: { ...smoothed, ...balanced },
    expected: reference.crossEntropy(wide, labels, { ...shape, labelSmoothing: .1, weight }).loss,
  },
  {
    what: "cross-entropy without class weights where something else balances",
    name: "cross_entropy",
    options: { ...smoothed, ...balanced },
    context: { classWeights: () => undefined },
    expected: reference.crossEntropy(wide, labels, { ...shape, labelSmoothing: .1 }).loss,
  },
  {
    what: "focal loss, which is not smoothed",
    name: "focal",
    options: { gamma: 1.5, ...smoothed, ...none },
    expected: reference.focal(wide, labels, { ...shape, gamma: 1.5 }).loss,
  },
  {
    what: "focal loss with class weights",
    name: "focal",
    options: { gamma: 2, ...smoothed, ...balanced },
    expected: weightedFocal(2),
  },
  {
    what: "focal loss by cross-entropy, with label smoothing and class weights in its factor",
    name: "focal",
    options: { gamma: 1.5, ...smoothed, ...balanced },
    context: { focalBy: "cross_entropy" },
    expected: reference.focalOfCrossEntropy(wide, labels, {
      ...shape,
      gamma: 1.5,
      labelSmoothing: .1,
      weight,
    }).loss,
  },
];

for (const { what, name, options, context, expected } of cases) {
  const chosen = { name, ...options }, known = { classes, classWeights: () => weight, ...context };

  deviceTest(`makeLoss() makes ${what}`, async (device) => {
    const loss = makeLoss(chosen, { device, ...known });
    const rows = Array.from( // padded by columns that must not count
      { length: n * padded },
      (_, i) => i % padded < classes ? logits[Math.floor(i / padded) * classes + i % padded] : 9,
    );
    await device.scope(async () => {
      const target = {
        kind: "indices",
        values: tensorOf(device, Uint32Array.from(labels), [n], "u32"),
      } as const;
      const [value] = await loss(tensorOf(device, rows, [n, padded]), target).read();
      assertAlmostEquals(value, expected, 1e-5);
    });
  });

  Deno.test(`makeHostLoss() makes ${what}`, () => {
    assertAlmostEquals(makeHostLoss(chosen, known)(logits, labels), expected, 1e-12);
  });
}

Deno.test("a loss takes its own options, and no other's", () => {
  const shared = { label_smoothing: .1, class_weights: "balanced" } as const;
  assertEquals(losses.cross_entropy.options.parse({}), shared);
  assertEquals(losses.focal.options.parse({}), { gamma: 2, ...shared });
  const make = (chosen: ChosenLoss) => () => makeHostLoss(chosen, { classes });
  assertThrows(make({ name: "cross_entropy", gamma: 2 }), RangeError, "gamma is not an option");
  assertThrows(
    make({ name: "focal", gamma: -1 }),
    RangeError,
    "gamma must be at least 0, current value is -1",
  );
  assertThrows(make({ name: "vocal" as LossName }), RangeError, 'did you mean "focal"?');
});

deviceTest("the divisors of a loss make the mean of two batches that of one", async (device) => {
  const context = { device, classes, classWeights: () => weight };
  const [first, second] = [[0, 2], [2, n]]; // rows
  for (
    const [name, options, focalBy] of [
      ["cross_entropy", { ...smoothed, ...balanced }, undefined],
      ["cross_entropy", { ...smoothed, ...none }, undefined],
      ["focal", balanced, "softmax"],
      ["focal", { ...smoothed, ...balanced }, "cross_entropy"],
    ] as const
  ) {
    const loss = makeLoss({ name, ...options }, { ...context, ...(focalBy && { focalBy }) });
    const lossOf = async ([from, to]: readonly number[]) => {
      const rows = new Float32Array((to - from) * padded), own = Uint32Array.from(labels.subarray(from, to));
      for (let i = from; i < to; i++) {
        rows.set(logits.subarray(i * classes, (i + 1) * classes), (i - from) * padded);
      }
      const values = tensorOf(device, own, [own.length], "u32");
      const value = loss(tensorOf(device, rows, [own.length, padded]), { kind: "indices", values });
      const divisor = loss.divisor?.({ kind: "indices", labels: own }) ?? own.length;
      return { value: (await value.read())[0], divisor };
    };
    const parts = [await lossOf(first), await lossOf(second)], whole = await lossOf([0, n]);
    const all = parts.reduce((sum, { divisor }) => sum + divisor, 0);
    assertAlmostEquals(all, whole.divisor, 1e-9);
    assertAlmostEquals(
      parts.reduce((sum, { value, divisor }) => sum + value * divisor / all, 0),
      whole.value,
      1e-5,
    );
  }
});
