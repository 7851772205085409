import { assertEquals, assertThrows } from "@std/assert";
import { withTape } from "../../src/core/tape.ts";
import { type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { backward } from "../../src/ops/backward.ts";
import { crossEntropyRows, IGNORED_LABEL } from "../../src/ops/cross_entropy.ts";
import { focalMean } from "../../src/ops/focal_mean.ts";
import { crossEntropyRow, focalOfCrossEntropy } from "../reference/losses.ts";
import { gpuTest } from "../rings.ts";
import { lossInputs, lossResult, pad, unpad } from "./loss_case.ts";
import { expectClose, opTest, testDevice } from "./op_case.ts";

const cases = [
  { n: 7, classes: 10, gamma: 2, labelSmoothing: .1, weighted: true },
  { n: 5, classes: 13, gamma: .5, labelSmoothing: 0, weighted: true },
  { n: 70, classes: 6, gamma: 0, labelSmoothing: .2, weighted: true, ignored: 3 },
  { n: 131, classes: 5, gamma: 2, labelSmoothing: .1, weighted: false, ignored: 40 },
  { n: 3, classes: 1003, gamma: 3, labelSmoothing: .1, weighted: false },
  { n: 9, classes: 5, gamma: 2.5, labelSmoothing: 0, weighted: true, scale: 60 },
  { n: 33, classes: 2, gamma: .25, labelSmoothing: 0, weighted: false, scale: 6 },
];

for (const { gamma, labelSmoothing, weighted, ...sizes } of cases) {
  const { n, classes, ignored = 0, scale = 1 } = sizes, rows = n - ignored;
  const inputs = lossInputs(sizes);
  const options = (weights: Tensor) => ({ classes, labelSmoothing, weights: weighted ? weights : undefined });
  const name = `${n} rows (${ignored} ignored), ${classes} classes, logits times ${scale}, gamma ${gamma}, ` +
    `smoothing ${labelSmoothing}${weighted ? ", class weights" : ""}`;
  opTest(`focalMean() of crossEntropyRows() returns loss and dlogits: ${name}`, {
    inputs: { ...inputs },
    run: ({ logits, labels, weights }) =>
      focalMean(crossEntropyRows(logits, labels, options(weights)), labels, { gamma }),
    reference: ({ logits, labels, weights, dy }) => {
      const shape = {
        n: rows,
        classes,
        gamma,
        labelSmoothing,
        ...(weighted && { weight: weights.subarray(0, classes) }),
      };
      return lossResult(focalOfCrossEntropy(unpad(logits, classes, rows), labels, shape), classes, n, dy);
    },
  });
  opTest(`crossEntropyRows() returns costs and dlogits: ${name}`, {
    inputs: { ...inputs },
    run: ({ logits, labels, weights }) => crossEntropyRows(logits, labels, options(weights)),
    reference: ({ logits, labels, weights, dy }) => {
      const values = unpad(logits, classes, rows),
        y = new Float64Array(n),
        dlogits = new Float64Array(rows * classes);
      for (let row = 0; row < rows; row++) {
        const own = values.subarray(row * classes, (row + 1) * classes);
        const one = crossEntropyRow(own, labels[row], {
          labelSmoothing,
          ...(weighted && { weight: weights.subarray(0, classes) }),
        });
        y[row] = one.loss;
        dlogits.set(one.dlogits.map((value) => value * dy[row]), row * classes);
      }
      return { y, dlogits: pad(dlogits, classes, n) };
    },
  });
}

/** The loss of these costs, and its gradient by them. */
async function focused(costs: number[], labels: number[], gamma: number) {
  const device = await testDevice();
  return device.scope(async () => {
    const x = tensorOf(device, costs, [costs.length]);
    x.needsGrad = true;
    const results = withTape(device, () => {
      const loss = focalMean(x, tensorOf(device, labels, [labels.length], "u32"), { gamma });
      return { loss, dcosts: backward(loss, tensorOf(device, [1], [1])).get(x)! };
    });
    return { loss: await results.loss.read(), dcosts: await results.dcosts.read() };
  });
}

gpuTest("focalMean() keeps the small loss and the gradient of a row that costs little", async () => {
  for (const gamma of [0, .25, .5, 1, 2]) {
    for (const cost of [1e-6, 1e-3, .031, .032, 1, 9]) {
      const { loss, dcosts } = await focused([cost, 5, 7], [1, IGNORED_LABEL, IGNORED_LABEL], gamma);
      const rest = -Math.expm1(-cost), factor = rest ** gamma;
      expectClose(`loss for gamma ${gamma}, cost ${cost}`, [1], loss, [factor * cost], 2e-5);
      const slope = factor * (1 + gamma * Math.exp(-cost) * cost / rest);
      expectClose(`dcosts for gamma ${gamma}, cost ${cost}`, [3], dcosts, [slope, 0, 0], 2e-5);
    }
  }
});

gpuTest(
  "focalMean() is 0 with a gradient of 0 for rows without cost, and NaN for a cost that is",
  async () => {
    for (const gamma of [.25, .5, 1, 2]) {
      const { loss, dcosts } = await focused([0, 0], [1, 2], gamma);
      assertEquals([...loss, ...dcosts], [0, 0, 0], `gamma ${gamma}`);
      assertEquals([...(await focused([1, NaN], [1, 2], gamma)).loss], [NaN]);
    }
  },
);

gpuTest("focalMean() says which option, type or shape does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const costs = tensorOf(device, [1, 2], [2]), labels = tensorOf(device, [0, 1], [2], "u32");
    assertThrows(() => focalMean(costs, labels, { gamma: -1 }), RangeError, "gamma must be at least 0");
    assertThrows(() => focalMean(costs, costs, { gamma: 2 }), TypeError, "labels u32");
    const three = tensorOf(device, [0, 1, 2], [3], "u32");
    assertThrows(() => focalMean(costs, three, { gamma: 2 }), TypeError, "labels must be [N] = [2]");
  });
});
