import { assertAlmostEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { classLoss } from "../../src/metrics/class_loss.ts";
import { crossEntropy, focal, focalOfCrossEntropy } from "../reference/losses.ts";
import { float64, randomLabels, randomNormal } from "../reference/random.ts";

const n = 11, classes = 7;
const logits = randomNormal(rng(1, "logits"), n * classes, 3);
const labels = randomLabels(rng(1, "labels"), n, classes);
const weight = Float64Array.from({ length: classes }, (_, i) => 0.3 + 0.2 * i);

for (const classWeights of [undefined, weight]) {
  const kind = classWeights ? "by class weights" : "without class weights";
  const shape = { n, classes, ...(classWeights && { weight: classWeights }) };
  Deno.test(`classLoss() is PyTorch's smoothed cross-entropy ${kind}`, () => {
    const options = { name: "cross_entropy", labelSmoothing: 0.1, gamma: 2, classWeights } as const;
    const { loss } = crossEntropy(float64(logits), labels, { ...shape, labelSmoothing: 0.1 });
    assertAlmostEquals(classLoss(logits, labels, classes, options), loss, 1e-12);
  });
  Deno.test(`classLoss() is the focal loss, without smoothing, ${kind}`, () => {
    const options = { name: "focal", labelSmoothing: 0.1, gamma: 2, classWeights } as const;
    let losses = 0, weights = 0;
    for (let row = 0; row < n; row++) {
      const one = float64(logits.subarray(row * classes, (row + 1) * classes));
      const weight = classWeights?.[labels[row]] ?? 1;
      losses += weight * focal(one, labels.subarray(row, row + 1), { n: 1, classes, gamma: 2 }).loss;
      weights += weight;
    }
    assertAlmostEquals(classLoss(logits, labels, classes, options), losses / weights, 1e-12);
  });
  Deno.test(`classLoss() is the focal loss by smoothed cross-entropy ${kind}`, () => {
    const options = {
      name: "focal",
      labelSmoothing: 0.1,
      gamma: 2,
      focalBy: "cross_entropy",
      classWeights,
    } as const;
    const { loss } = focalOfCrossEntropy(float64(logits), labels, {
      ...shape,
      gamma: 2,
      labelSmoothing: 0.1,
    });
    assertAlmostEquals(classLoss(logits, labels, classes, options), loss, 1e-12);
  });
}
