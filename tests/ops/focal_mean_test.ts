import { assertEquals, assertThrows } from "@std/assert";
import { withTape } from "../../src/core/tape.ts";
import { type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { backward } from "../../src/ops/backward.ts";
import { crossEntropyRows } from "../../src/ops/cross_entropy.ts";
import { focalMean } from "../../src/ops/focal_mean.ts";
import { IGNORED_LABEL, type Target } from "../../src/ops/target.ts";
import { crossEntropyRow, focalOfCrossEntropy } from "../reference/losses.ts";
import { gpuTest } from "../rings.ts";
import {
  indices,
  lossInputs,
  lossResult,
  pad,
  probabilities,
  rowsOf,
  softTarget,
  unpad,
} from "./loss_case.ts";
import { expectClose, type OpInput, opTest, testDevice } from "./op_case.ts";

/** `soft` marks the cases that are run with probabilities too, which the kernels of the focal mean never see. */
const cases = [
  { n: 7, classes: 10, gamma: 2, labelSmoothing: .1, weighted: true, soft: true },
  { n: 5, classes: 13, gamma: .5, labelSmoothing: 0, weighted: true },
  { n: 70, classes: 6, gamma: 0, labelSmoothing: .2, weighted: true, ignored: 3, soft: true },
  { n: 131, classes: 5, gamma: 2, labelSmoothing: .1, weighted: false, ignored: 40 },
  { n: 3, classes: 1003, gamma: 3, labelSmoothing: .1, weighted: false },
  { n: 9, classes: 5, gamma: 2.5, labelSmoothing: 0, weighted: true, scale: 60, soft: true },
  { n: 33, classes: 2, gamma: .25, labelSmoothing: 0, weighted: false, scale: 6 },
];

/** A case's target: the input's values, the tensor as the ops take it, and the rows as the oracle does. */
interface TargetCase {
  readonly kind: string;
  readonly input: OpInput;
  readonly target: (tensor: Tensor) => Target;
  readonly rows: (values: Float64Array) => ArrayLike<number> | readonly ArrayLike<number>[];
}

for (const { gamma, labelSmoothing, weighted, soft = false, ...sizes } of cases) {
  const { n, classes, ignored = 0, scale = 1 } = sizes, rows = n - ignored;
  const { logits, labels, weights } = lossInputs(sizes);
  const options = (weights: Tensor) => ({ classes, labelSmoothing, weights: weighted ? weights : undefined });
  const shapeOf = (weights: Float64Array) => ({
    labelSmoothing,
    ...(weighted && { weight: weights.subarray(0, classes) }),
  });
  const targets: TargetCase[] = [
    { kind: "class indices", input: labels, target: indices, rows: (values) => values },
    {
      kind: "probabilities",
      input: softTarget(sizes),
      target: probabilities,
      rows: (values) => rowsOf(unpad(values, classes, rows), classes),
    },
  ];
  for (const { kind, input, target, rows: targetRows } of soft ? targets : targets.slice(0, 1)) {
    const name =
      `${kind}: ${n} rows (${ignored} ignored), ${classes} classes, logits times ${scale}, gamma ` +
      `${gamma}, smoothing ${labelSmoothing}${weighted ? ", class weights" : ""}`;
    const inputs = { logits, goal: input, weights };
    opTest(`focalMean() of crossEntropyRows() returns loss and dlogits of ${name}`, {
      inputs,
      run({ logits, goal, weights }) {
        const costs = crossEntropyRows(logits, target(goal), options(weights));
        return focalMean(costs, target(goal), { classes, gamma });
      },
      reference({ logits, goal, weights, dy }) {
        const shape = { n: rows, classes, gamma, ...shapeOf(weights) };
        const loss = focalOfCrossEntropy(unpad(logits, classes, rows), targetRows(goal), shape);
        return lossResult(loss, classes, n, dy);
      },
    });
    opTest(`crossEntropyRows() returns costs and dlogits of ${name}`, {
      inputs,
      run: ({ logits, goal, weights }) => crossEntropyRows(logits, target(goal), options(weights)),
      reference({ logits, goal, weights, dy }) {
        const y = new Float64Array(n), dlogits = new Float64Array(rows * classes), goals = targetRows(goal);
        for (const [row, own] of rowsOf(unpad(logits, classes, rows), classes).entries()) {
          const one = crossEntropyRow(own, goals[row], shapeOf(weights));
          y[row] = one.loss;
          dlogits.set(one.dlogits.map((value) => value * dy[row]), row * classes);
        }
        return { y, dlogits: pad(dlogits, classes, n) };
      },
    });
  }
}

/** The loss of these costs, and its gradient by them. */
async function focused(costs: number[], labels: number[], gamma: number) {
  const device = await testDevice();
  return device.scope(async () => {
    const x = tensorOf(device, costs, [costs.length]);
    x.needsGrad = true;
    const results = withTape(device, () => {
      const target = indices(tensorOf(device, labels, [labels.length], "u32"));
      const loss = focalMean(x, target, { classes: 3, gamma });
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
    const costs = tensorOf(device, [1, 2], [2]), target = indices(tensorOf(device, [0, 1], [2], "u32"));
    const three = indices(tensorOf(device, [0, 1, 2], [3], "u32")), options = { classes: 3, gamma: 2 };
    const bad = { classes: 3, gamma: -1 };
    assertThrows(() => focalMean(costs, target, bad), RangeError, "gamma must be at least 0");
    assertThrows(() => focalMean(target.values, target, options), TypeError, "costs [2] u32 must be f32");
    assertThrows(() => focalMean(costs, indices(costs), options), TypeError, "labels [2] must be u32");
    assertThrows(() => focalMean(costs, three, options), TypeError, "labels must be [N] = [2]");
  });
});
