import { assertAlmostEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { createLoss, type LossOptions } from "../../src/nn/losses.ts";
import { deviceTest } from "../core/fixtures.ts";
import { randomLabels, randomNormal, randomUniform } from "../reference/random.ts";
import * as reference from "../reference/losses.ts";

const n = 6, classes = 5, padded = 8;
const logits = randomNormal(rng(1), n * classes, 2), labels = randomLabels(rng(2), n, classes);
const weight = randomUniform(rng(3), classes, .5, 2);

/** The loss of the logits, padded by columns that must not count. */
function lossTest(name: string, options: Partial<LossOptions>, expected: number): void {
  deviceTest(name, async (device) => {
    const defaults = { name: "cross_entropy", labelSmoothing: 0, gamma: 2, classWeights: undefined } as const;
    const loss = createLoss(device, { ...defaults, classes, ...options });
    const rows = Array.from(
      { length: n * padded },
      (_, i) => i % padded < classes ? logits[Math.floor(i / padded) * classes + i % padded] : 0,
    );
    await device.scope(async () => {
      const target = tensorOf(device, Uint32Array.from(labels), [n], "u32");
      const [value] = await loss(tensorOf(device, rows, [n, padded]), target).read();
      assertAlmostEquals(value, expected, 1e-5);
    });
  });
}

const wide = Float64Array.from(logits), shape = { n, classes };
lossTest("createLoss() makes cross-entropy", {}, reference.crossEntropy(wide, labels, shape).loss);
lossTest(
  "createLoss() makes cross-entropy with label smoothing and class weights",
  { labelSmoothing: .1, classWeights: weight },
  reference.crossEntropy(wide, labels, { ...shape, labelSmoothing: .1, weight: Float64Array.from(weight) })
    .loss,
);
lossTest(
  "createLoss() makes focal loss",
  { name: "focal", gamma: 1.5, labelSmoothing: .1 },
  reference.focal(wide, labels, { ...shape, gamma: 1.5 }).loss,
);
lossTest(
  "createLoss() makes focal loss by cross-entropy, with label smoothing and class weights in its factor",
  { name: "focal", gamma: 1.5, labelSmoothing: .1, focalBy: "cross_entropy", classWeights: weight },
  reference.focalOfCrossEntropy(wide, labels, {
    ...shape,
    gamma: 1.5,
    labelSmoothing: .1,
    weight: Float64Array.from(weight),
  }).loss,
);
