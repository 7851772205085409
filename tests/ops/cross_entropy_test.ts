import { assert, assertEquals, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { withTape } from "../../src/core/tape.ts";
import { tensorOf } from "../../src/core/tensor.ts";
import { backward } from "../../src/ops/backward.ts";
import { crossEntropy } from "../../src/ops/cross_entropy.ts";
import { IGNORED_LABEL } from "../../src/ops/target.ts";
import { crossEntropy as reference, crossEntropySoft } from "../reference/losses.ts";
import { gpuTest } from "../rings.ts";
import { indices, lossInputs, lossResult, probabilities, softTarget, unpad } from "./loss_case.ts";
import { opTest, testDevice } from "./op_case.ts";

const labelCases = [
  { n: 7, classes: 10, labelSmoothing: 0, weighted: false },
  { n: 5, classes: 13, labelSmoothing: .1, weighted: true },
  { n: 3, classes: 1003, labelSmoothing: .1, weighted: true },
  { n: 9, classes: 5, labelSmoothing: 0, weighted: true, scale: 60 },
  { n: 70, classes: 42, labelSmoothing: .2, weighted: false, scale: 60 },
  { n: 1, classes: 2, labelSmoothing: 1, weighted: false },
  { n: 11, classes: 6, labelSmoothing: .1, weighted: true, ignored: 4 },
];

for (const { labelSmoothing, weighted, ...sizes } of labelCases) {
  const { n, classes, ignored = 0, scale = 1 } = sizes, rows = n - ignored;
  const { logits, labels, weights } = lossInputs(sizes);
  const name = `${n} rows (${ignored} ignored), ${classes} classes, logits times ${scale}, smoothing ` +
    `${labelSmoothing}${weighted ? ", class weights" : ""}`;
  opTest(`crossEntropy() returns loss and dlogits of class indices: ${name}`, {
    inputs: { logits, labels, weights },
    run: ({ logits, labels, weights }) =>
      crossEntropy(logits, indices(labels), {
        classes,
        labelSmoothing,
        weights: weighted ? weights : undefined,
      }),
    reference: ({ logits, labels, weights, dy }) => {
      const options = { n: rows, classes, labelSmoothing, ...(weighted && { weight: weights }) };
      return lossResult(reference(unpad(logits, classes, rows), labels, options), classes, n, dy);
    },
  });
}

const softCases = [
  { n: 5, classes: 13, labelSmoothing: 0, weighted: false },
  { n: 3, classes: 1003, labelSmoothing: .1, weighted: true },
  { n: 66, classes: 4, labelSmoothing: .1, weighted: false, scale: 60 },
  { n: 9, classes: 5, labelSmoothing: 0, weighted: true, scale: 60 },
  { n: 11, classes: 6, labelSmoothing: .1, weighted: true, ignored: 4 },
];

for (const { labelSmoothing, weighted, ...sizes } of softCases) {
  const { n, classes, ignored = 0, scale = 1 } = sizes, rows = n - ignored;
  const { logits, weights } = lossInputs(sizes);
  const name = `${n} rows (${ignored} ignored), ${classes} classes, logits times ${scale}, smoothing ` +
    `${labelSmoothing}${weighted ? ", class weights" : ""}`;
  opTest(`crossEntropy() returns loss and dlogits of probabilities: ${name}`, {
    inputs: { logits, q: softTarget(sizes), weights },
    run: ({ logits, q, weights }) =>
      crossEntropy(logits, probabilities(q), {
        classes,
        labelSmoothing,
        weights: weighted ? weights : undefined,
      }),
    reference: ({ logits, q, weights, dy }) => {
      const options = { n: rows, classes, labelSmoothing, ...(weighted && { weight: weights }) };
      const soft = crossEntropySoft(unpad(logits, classes, rows), unpad(q, classes, rows), options);
      return lossResult(soft, classes, n, dy);
    },
  });
}

/** The loss of rows of four logits, three of which are classes, and its gradient. */
async function lossOf(
  rows: readonly number[][],
  target: readonly number[] | readonly number[][],
  dtype: "f32" | "f16" = "f32",
): Promise<{ loss: number; dlogits: Float32Array }> {
  const device = await testDevice();
  return device.scope(async () => {
    const logits = tensorOf(device, rows.flat(), [rows.length, 4], dtype);
    logits.needsGrad = true;
    const goal = Array.isArray(target[0])
      ? probabilities(tensorOf(device, target.flat(), logits.shape))
      : indices(tensorOf(device, target.flat(), [rows.length], "u32"));
    const one = tensorOf(device, [1], [1]);
    const results = withTape(device, () => {
      const loss = crossEntropy(logits, goal, { classes: 3 });
      return { loss, dlogits: backward(loss, one).get(logits)! };
    });
    return { loss: (await results.loss.read())[0], dlogits: await results.dlogits.read() };
  });
}

gpuTest("crossEntropy() is NaN for a NaN or infinite logit, in f16 too", async () => {
  for (const dtype of ["f32", "f16"] as const) {
    for (const [first, last] of [[NaN, 1], [1, NaN]]) {
      assertEquals((await lossOf([[first, last, 0, 0], [1, 2, 3, 0]], [1, 1], dtype)).loss, NaN);
    }
  }
  for (const label of [0, 1]) assertEquals((await lossOf([[Infinity, 1, 0, 0]], [label])).loss, NaN);
  assertEquals((await lossOf([[-Infinity, 1, 0, 0]], [0])).loss, Infinity);
});

gpuTest("crossEntropy() lets a class be impossible as long as it is not the label", async () => {
  const { loss, dlogits } = await lossOf([[-Infinity, 1, 1, 0]], [1]);
  assertEquals(Math.abs(loss - Math.LN2) < 1e-6, true);
  assertEquals([...dlogits], [0, -.5, .5, 0]);
});

gpuTest("crossEntropy() ignores whatever stands in an ignored row", async () => {
  const { loss, dlogits } = await lossOf([[NaN, Infinity, 1, 0], [1, 1, -100, 0]], [IGNORED_LABEL, 0]);
  assertEquals(Math.abs(loss - Math.LN2) < 1e-6, true);
  assertEquals([...dlogits], [0, 0, 0, 0, -.5, .5, 0, 0]);
  const soft = await lossOf([[NaN, 1, 1, 0], [1, 1, -100, 0]], [[0, 0, 0, 7], [1, 0, 0, 7]]);
  assertEquals([...soft.dlogits], [0, 0, 0, 0, -.5, .5, 0, 0]);
});

gpuTest("crossEntropy() is NaN for a label beyond the classes and where no row counts", async () => {
  assertEquals((await lossOf([[1, 2, 3, 0], [1, 2, 3, 0]], [1, 3])).loss, NaN);
  assertEquals((await lossOf([[1, 2, 3, 0]], [IGNORED_LABEL])).loss, NaN);
});

gpuTest("crossEntropy() keeps the small loss of a confident row", async () => {
  const { loss } = await lossOf([[1000, 990, 985, 0]], [0]);
  const exact = Math.log1p(Math.exp(-10) + Math.exp(-15));
  assertEquals(Math.abs(loss / exact - 1) < 2e-3, true, `${loss} is not ${exact}`);
});

gpuTest("crossEntropy() keeps the small gradient of rows that are nearly right", async () => {
  const device = await testDevice();
  const n = 256, random = rng(42, "nearly right");
  const logits = Float32Array.from({ length: 4 * n }, (_, i) => i % 4 < 2 ? random.normal() : 0);
  const p = Array.from({ length: n }, (_, row) => 1 / (1 + Math.exp(logits[4 * row + 1] - logits[4 * row])));
  const targets = Float32Array.from({ length: 4 * n }, (_, i) => {
    const first = p[Math.floor(i / 4)] * (1 - 2 ** -9);
    return i % 4 === 0 ? first : i % 4 === 1 ? 1 - first : 0;
  });
  await device.scope(async () => {
    const x = tensorOf(device, logits, [n, 4]), q = tensorOf(device, targets, [n, 4]);
    x.needsGrad = true;
    const one = tensorOf(device, [1], [1]);
    const dx = withTape(
      device,
      () => backward(crossEntropy(x, probabilities(q), { classes: 2 }), one).get(x)!,
    );
    const gradients = await dx.read();
    const errors = p.map((value, row) => Math.abs(gradients[4 * row] * n - (value - targets[4 * row])));
    assert(Math.max(...errors) <= 1.3e-7, `the largest error is ${Math.max(...errors)}`); // 2^-24 is 6e-8
  });
});

gpuTest("crossEntropy() is NaN for NaN probabilities", async () => {
  assertEquals((await lossOf([[1, 2, 3, 0], [1, 2, 3, 0]], [[NaN, NaN, NaN, 0], [1, 0, 0, 0]])).loss, NaN);
});

gpuTest("crossEntropy() says which shape, type or option does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const logits = tensorOf(device, new Array(8).fill(0), [2, 4]);
    const labels = tensorOf(device, [0, 1], [2], "u32"), target = indices(labels);
    const cases: [() => void, string][] = [
      [
        () => crossEntropy(logits, target, { classes: 5 }),
        "classes must be 1 .. 4 for logits [2, 4], current is 5",
      ],
      [
        () => crossEntropy(logits, target, { classes: 3, labelSmoothing: 2 }),
        "labelSmoothing must be 0 .. 1",
      ],
      [
        () => crossEntropy(logits, indices(tensorOf(device, [1], [1], "u32")), { classes: 3 }),
        "indices must be [N] = [2]",
      ],
      [
        () => crossEntropy(logits, probabilities(tensorOf(device, [1, 1], [2])), { classes: 3 }),
        "probabilities must be [N, columns] = [2, 4]",
      ],
      [
        () => crossEntropy(logits, target, { classes: 3, weights: labels }),
        "weights must be [columns] = [4]",
      ],
      [() => crossEntropy(labels, target, { classes: 3 }), "must be f32 or f16"],
    ];
    for (const [run, message] of cases) assertThrows(run, Error, message);
  });
});
