import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { tensorOf } from "../../src/core/tensor.ts";
import { topClasses } from "../../src/data/target.ts";
import { topK, topKAccuracy } from "../../src/metrics/accuracy.ts";
import { nll } from "../../src/metrics/nll.ts";
import { softmax } from "../../src/metrics/softmax.ts";
import type { Precision } from "../../src/nn/parameters.ts";
import { hostBatch } from "../../src/train/batch.ts";
import { evaluator } from "../../src/train/evaluate.ts";
import { gpuTest } from "../rings.ts";
import {
  classes,
  crossEntropyLoss,
  epochBatches,
  imageSize,
  randomBatch,
  slimModel,
  testDevice,
} from "./small_run.ts";

gpuTest(
  "evaluator() gives the same result whatever the batch size, and counts every image once",
  async () => {
    const device = await testDevice();
    const model = slimModel(device);
    const loss = crossEntropyLoss(device, 0);
    const run = async (batchSize: number) => {
      const evaluation = evaluator(device, { model, loss, imageSize, batchSize, batches: 3 });
      const result = await evaluation.run("valid", epochBatches([2, 2, 1], "even"));
      evaluation.free();
      return result;
    };
    const exact = await run(2), padded = await run(5);
    assertEquals([exact.tally.rows, padded.tally.rows], [5, 5]);
    assertEquals(exact.tally.top1, padded.tally.top1);
    assertAlmostEquals(exact.tally.loss, padded.tally.loss, 1e-5);
    assertEquals(exact.outputs.labels, padded.outputs.labels);
    assertEquals(exact.outputs.indices, Uint32Array.of(0, 1, 2, 3, 4));
    for (const [i, value] of exact.outputs.logits.entries()) {
      assertAlmostEquals(padded.outputs.logits[i], value, 1e-5);
    }
  },
);

for (const precision of ["32-true", "16-mixed"] satisfies Precision[]) {
  gpuTest(
    `evaluator() hands out the logits that the model gives image by image, in ${precision}`,
    async () => {
      const device = await testDevice();
      const model = slimModel(device, 2, precision);
      const loss = crossEntropyLoss(device, 0);
      const evaluation = evaluator(device, { model, loss, imageSize, batchSize: 4, batches: 4 });
      const sizes = [4, 3, 4];
      const given = sizes.map((size, i) => randomBatch(size, "outputs", i));
      const order = Uint32Array.of(7, 3, 9, 0, 1, 2, 10, 4, 8, 6, 5);
      const batches = async function* () {
        for (const [i, { images, target }] of given.entries()) {
          const start = 4 * i - Number(i === 2);
          yield await Promise.resolve(hostBatch(images, target, order.slice(start, start + sizes[i])));
        }
      };
      await evaluation.run("valid", epochBatches([4, 4, 4, 4], "more")); // leaves rows behind
      const live = device.pool.stats().live;
      const { tally, outputs } = await evaluation.run("test", batches());
      assertEquals(device.pool.stats().live, live);
      assertEquals(outputs.split, "test");
      assertEquals(outputs.indices, order);
      assertEquals([...outputs.labels], given.flatMap(({ target }) => [...topClasses(target)]));
      const one = imageSize * imageSize * 4, tolerance = precision === "32-true" ? 1e-5 : 2e-2;
      let row = 0;
      for (const { images, count } of given) {
        for (let i = 0; i < count; i++, row++) {
          const expected = await device.scope(() => {
            const image = tensorOf(device, images.slice(i * one, (i + 1) * one), [
              1,
              imageSize,
              imageSize,
              4,
            ]);
            return model.forward(image, { training: false }).read(); // GPU sync point
          });
          for (let c = 0; c < classes.length; c++) {
            assertAlmostEquals(outputs.logits[row * classes.length + c], expected[c], tolerance);
          }
        }
      }
      assertEquals(row, tally.rows);
      const top1 = topKAccuracy(1, classes.length), mean = nll(classes.length);
      for (const metric of [top1, mean]) metric.update(outputs.logits, outputs.labels);
      assertAlmostEquals(tally.top1, top1.compute()!, 1e-6);
      assertAlmostEquals(tally.loss, mean.compute()!, 1e-4);
      evaluation.free();
      assert(device.pool.stats().live < live);
    },
  );
}

gpuTest(
  "evaluator() takes mixed targets: by probabilities in the loss, by the larger share elsewhere",
  async () => {
    const device = await testDevice();
    const model = slimModel(device), loss = crossEntropyLoss(device, 0);
    const given = randomBatch(3, "mixed"), shares = Float32Array.of(.75, .25, 1);
    const first = Uint32Array.of(0, 1, 2), second = Uint32Array.of(1, 2, 0);
    const target = { kind: "mixed", first, second, shares } as const;
    const run = async (batchSize: number) => {
      const parts = { model, loss, imageSize, batchSize, batches: 1, target: target.kind };
      const evaluation = evaluator(device, parts);
      const batches = async function* () {
        yield await Promise.resolve(hostBatch(given.images, target));
      };
      const result = await evaluation.run("valid", batches());
      evaluation.free();
      return result;
    };
    const exact = await run(3), padded = await run(5);
    const { logits } = exact.outputs, likelihood = [...softmax(logits, 3)].map(Math.log);
    const expected = [...shares].reduce(
      (sum, share, row) =>
        sum - share * likelihood[3 * row + first[row]] - (1 - share) * likelihood[3 * row + second[row]],
      0,
    ) /
      3;
    for (const { tally, outputs } of [exact, padded]) {
      assertAlmostEquals(tally.loss, expected, 1e-5);
      assertEquals(outputs.labels, Uint32Array.of(0, 2, 2));
    }
    assertEquals(exact.tally.top1, topK(logits, exact.outputs.labels, 1) / 3);
    assertEquals(padded.tally.top1, exact.tally.top1);
  },
);
