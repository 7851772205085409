import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { tensorOf } from "../../src/core/tensor.ts";
import { topKAccuracy } from "../../src/metrics/accuracy.ts";
import { nll } from "../../src/metrics/nll.ts";
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
        for (const [i, { images, labels }] of given.entries()) {
          const start = 4 * i - Number(i === 2);
          yield await Promise.resolve(hostBatch(images, labels, order.slice(start, start + labels.length)));
        }
      };
      await evaluation.run("valid", epochBatches([4, 4, 4, 4], "more")); // leaves rows behind
      const live = device.pool.stats().live;
      const { tally, outputs } = await evaluation.run("test", batches());
      assertEquals(device.pool.stats().live, live);
      assertEquals(outputs.split, "test");
      assertEquals(outputs.indices, order);
      assertEquals([...outputs.labels], given.flatMap(({ labels }) => [...labels]));
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
