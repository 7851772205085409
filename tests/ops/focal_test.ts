import { assertEquals, assertThrows } from "@std/assert";
import { withTape } from "../../src/core/tape.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { backward } from "../../src/ops/backward.ts";
import { focal } from "../../src/ops/focal.ts";
import { focal as reference, type Loss } from "../reference/losses.ts";
import { gpuTest } from "../rings.ts";
import { lossInputs, lossResult, unpad } from "./loss_case.ts";
import { expectClose, opTest, testDevice } from "./op_case.ts";

/** The reference, row by row, averaged by the labels' class weights. */
function weightedMean(
  logits: Float64Array,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
  { n, classes, gamma }: { n: number; classes: number; gamma: number },
): Loss {
  const dlogits = new Float64Array(n * classes);
  let loss = 0, divisor = 0;
  for (let row = 0; row < n; row++) {
    const own = logits.subarray(row * classes, (row + 1) * classes), weight = weights[labels[row]];
    const single = reference(own, [labels[row]], { n: 1, classes, gamma });
    dlogits.set(single.dlogits.map((value) => value * weight), row * classes);
    loss += single.loss * weight;
    divisor += weight;
  }
  return { loss: loss / divisor, dlogits: dlogits.map((value) => value / divisor) };
}

const cases = [
  { n: 7, classes: 10, gamma: 2, weighted: false },
  { n: 5, classes: 13, gamma: .5, weighted: true },
  { n: 70, classes: 6, gamma: 0, weighted: true, ignored: 3 },
  { n: 3, classes: 1003, gamma: 3, weighted: false },
  { n: 9, classes: 5, gamma: 2.5, weighted: true, scale: 60 },
  { n: 33, classes: 2, gamma: .25, weighted: false, scale: 6 },
];

for (const { gamma, weighted, ...sizes } of cases) {
  const { n, classes, ignored = 0, scale = 1 } = sizes, rows = n - ignored;
  const { logits, labels, weights } = lossInputs(sizes);
  const name = `${n} rows (${ignored} ignored), ${classes} classes, logits times ${scale}, gamma ` +
    `${gamma}${weighted ? ", class weights" : ""}`;
  opTest(`focal() returns loss and dlogits: ${name}`, {
    inputs: { logits, labels, weights },
    run: ({ logits, labels, weights }) =>
      focal(logits, labels, { classes, gamma, weights: weighted ? weights : undefined }),
    reference: ({ logits, labels, weights, dy }) => {
      const counted = weighted ? weights : new Float64Array(classes).fill(1);
      const loss = weightedMean(unpad(logits, classes, rows), labels, counted, { n: rows, classes, gamma });
      return lossResult(loss, classes, n, dy);
    },
  });
}

/** The focal loss of one row of three classes, labelled 0. */
async function rowLoss(row: number[], gamma: number): Promise<{ loss: Float32Array; dlogits: Float32Array }> {
  const device = await testDevice();
  return device.scope(async () => {
    const logits = tensorOf(device, [...row, 0], [1, 4]), labels = tensorOf(device, [0], [1], "u32");
    logits.needsGrad = true;
    const results = withTape(device, () => {
      const loss = focal(logits, labels, { classes: 3, gamma });
      return { loss, dlogits: backward(loss, tensorOf(device, [1], [1])).get(logits)! };
    });
    return { loss: await results.loss.read(), dlogits: await results.dlogits.read() };
  });
}

gpuTest("focal() keeps the small loss and the gradient of a confident row", async () => {
  for (const gamma of [0, .25, .5, 1, 2]) {
    for (const gap of [3, 5, 10, 20]) {
      const { loss, dlogits } = await rowLoss([50 + gap, 50, 49], gamma);
      const rest = (Math.exp(-gap) + Math.exp(-gap - 1)) / (1 + Math.exp(-gap) + Math.exp(-gap - 1));
      const cost = -Math.log1p(-rest), factor = rest ** gamma;
      const slope = factor * (1 + gamma * (1 - rest) * cost / rest);
      expectClose(`loss for gamma ${gamma}, gap ${gap}`, [1], loss, [factor * cost], 2e-5);
      const second = slope * rest / (1 + Math.exp(-1));
      expectClose(`dlogits for gamma ${gamma}, gap ${gap}`, [1], [dlogits[1]], [second], 2e-5);
    }
  }
});

gpuTest("focal() is 0 with a gradient of 0 for a row that is certain", async () => {
  for (const gamma of [0, .25, .5, 1, 2]) {
    const { loss, dlogits } = await rowLoss([300, 0, -100], gamma);
    assertEquals([...loss, ...dlogits], [0, 0, 0, 0, 0], `gamma ${gamma}`);
  }
});

gpuTest("focal() stays finite for a label without a chance, and is NaN for a NaN logit", async () => {
  const { loss, dlogits } = await rowLoss([-300, 0, -100], 2);
  assertEquals([...loss, ...dlogits], [300, -1, 1, 0, 0]);
  assertEquals([...(await rowLoss([1, NaN, 2], 2)).loss], [NaN]);
  assertEquals([...(await rowLoss([NaN, 1, 2], .5)).loss], [NaN]);
});

gpuTest("focal() says which option or type does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const logits = tensorOf(device, [0, 0, 0, 0], [1, 4]), labels = tensorOf(device, [0], [1], "u32");
    assertThrows(
      () => focal(logits, labels, { classes: 3, gamma: -1 }),
      RangeError,
      "gamma must be at least 0",
    );
    assertThrows(() => focal(logits, logits, { classes: 3, gamma: 2 }), TypeError, "labels must be u32 [N]");
  });
});
