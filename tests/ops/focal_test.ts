import { assertEquals, assertThrows } from "@std/assert";
import { withTape } from "../../src/core/tape.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { backward } from "../../src/ops/backward.ts";
import { focal } from "../../src/ops/focal.ts";
import type { Target } from "../../src/ops/target.ts";
import { focal as reference, focalSoft, type Loss } from "../reference/losses.ts";
import { gpuTest } from "../rings.ts";
import { indices, lossInputs, lossResult, probabilities, softTarget, unpad } from "./loss_case.ts";
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
  opTest(`focal() returns loss and dlogits of class indices: ${name}`, {
    inputs: { logits, labels, weights },
    run: ({ logits, labels, weights }) =>
      focal(logits, indices(labels), { classes, gamma, weights: weighted ? weights : undefined }),
    reference: ({ logits, labels, weights, dy }) => {
      const counted = weighted ? weights : new Float64Array(classes).fill(1);
      const loss = weightedMean(unpad(logits, classes, rows), labels, counted, { n: rows, classes, gamma });
      return lossResult(loss, classes, n, dy);
    },
  });
}

const softCases = [
  { n: 7, classes: 10, gamma: 2, weighted: false },
  { n: 5, classes: 13, gamma: .5, weighted: true },
  { n: 70, classes: 6, gamma: 0, weighted: true, ignored: 3 },
  { n: 3, classes: 1003, gamma: 3, weighted: true },
  { n: 9, classes: 5, gamma: 2.5, weighted: true, scale: 60 },
  { n: 33, classes: 2, gamma: .25, weighted: false, scale: 6 },
];

for (const { gamma, weighted, ...sizes } of softCases) {
  const { n, classes, ignored = 0, scale = 1 } = sizes, rows = n - ignored;
  const { logits, weights } = lossInputs(sizes);
  const name = `${n} rows (${ignored} ignored), ${classes} classes, logits times ${scale}, gamma ` +
    `${gamma}${weighted ? ", class weights" : ""}`;
  opTest(`focal() returns loss and dlogits of probabilities: ${name}`, {
    inputs: { logits, q: softTarget(sizes), weights },
    run: ({ logits, q, weights }) =>
      focal(logits, probabilities(q), { classes, gamma, weights: weighted ? weights : undefined }),
    reference: ({ logits, q, weights, dy }) => {
      const options = { n: rows, classes, gamma, ...(weighted && { weight: weights }) };
      const loss = focalSoft(unpad(logits, classes, rows), unpad(q, classes, rows), options);
      return lossResult(loss, classes, n, dy);
    },
  });
}

/** The focal loss of one row of three classes, of which the first is right. */
async function rowLoss(
  kind: Target["kind"],
  row: number[],
  gamma: number,
): Promise<{ loss: Float32Array; dlogits: Float32Array }> {
  const device = await testDevice();
  return device.scope(async () => {
    const logits = tensorOf(device, [...row, 0], [1, 4]);
    const target = kind === "indices"
      ? indices(tensorOf(device, [0], [1], "u32"))
      : probabilities(tensorOf(device, [1, 0, 0, 0], [1, 4]));
    logits.needsGrad = true;
    const results = withTape(device, () => {
      const loss = focal(logits, target, { classes: 3, gamma });
      return { loss, dlogits: backward(loss, tensorOf(device, [1], [1])).get(logits)! };
    });
    return { loss: await results.loss.read(), dlogits: await results.dlogits.read() };
  });
}

for (const kind of ["indices", "probabilities"] as const) {
  gpuTest(`focal() of ${kind} keeps the small loss and the gradient of a confident row`, async () => {
    for (const gamma of [0, .25, .5, 1, 2]) {
      for (const gap of [3, 5, 10, 20]) {
        const { loss, dlogits } = await rowLoss(kind, [50 + gap, 50, 49], gamma);
        const rest = (Math.exp(-gap) + Math.exp(-gap - 1)) / (1 + Math.exp(-gap) + Math.exp(-gap - 1));
        const cost = -Math.log1p(-rest), factor = rest ** gamma;
        const slope = factor * (1 + gamma * (1 - rest) * cost / rest);
        expectClose(`loss for gamma ${gamma}, gap ${gap}`, [1], loss, [factor * cost], 2e-5);
        const second = slope * rest / (1 + Math.exp(-1));
        expectClose(`dlogits for gamma ${gamma}, gap ${gap}`, [1], [dlogits[1]], [second], 2e-5);
      }
    }
  });

  gpuTest(`focal() of ${kind} is 0 with a gradient of 0 for a row that is certain`, async () => {
    for (const gamma of [0, .25, .5, 1, 2]) {
      const { loss, dlogits } = await rowLoss(kind, [300, 0, -100], gamma);
      assertEquals([...loss, ...dlogits], [0, 0, 0, 0, 0], `gamma ${gamma}`);
    }
  });

  gpuTest(
    `focal() of ${kind} stays finite for a class without a chance, and is NaN for a NaN logit`,
    async () => {
      const { loss, dlogits } = await rowLoss(kind, [-300, 0, -100], 2);
      assertEquals([...loss, ...dlogits], [300, -1, 1, 0, 0]);
      assertEquals([...(await rowLoss(kind, [1, NaN, 2], 2)).loss], [NaN]);
      assertEquals([...(await rowLoss(kind, [NaN, 1, 2], .5)).loss], [NaN]);
    },
  );

  gpuTest(`focal() of ${kind} lets a class be impossible as long as it is not in the target`, async () => {
    const { loss, dlogits } = await rowLoss(kind, [1, 1, -Infinity], 2);
    expectClose("loss", [1], loss, [Math.LN2 / 4], 2e-5);
    assertEquals([dlogits[2], dlogits[3]], [0, 0]);
  });
}

gpuTest("focal() of two classes that share the largest logit counts both", async () => {
  const device = await testDevice();
  const { loss } = await device.scope(async () => {
    const logits = tensorOf(device, [5, 5, -20, 9], [1, 4]), q = tensorOf(device, [.25, .75, 0, 9], [1, 4]);
    return { loss: await focal(logits, probabilities(q), { classes: 3, gamma: 2 }).read() };
  });
  expectClose("loss", [1], loss, [Math.LN2 / 4], 2e-5);
});

gpuTest("focal() says which option or type does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const logits = tensorOf(device, [0, 0, 0, 0], [1, 4]), labels = tensorOf(device, [0], [1], "u32");
    assertThrows(
      () => focal(logits, indices(labels), { classes: 3, gamma: -1 }),
      RangeError,
      "gamma must be at least 0",
    );
    assertThrows(
      () => focal(logits, indices(logits), { classes: 3, gamma: 2 }),
      TypeError,
      "indices must be [N] = [1]",
    );
  });
});
