import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createLoss } from "../../src/nn/losses.ts";
import { evaluator } from "../../src/train/evaluate.ts";
import { gpuTest } from "../rings.ts";
import { classes, epochBatches, imageSize, smallModel, testDevice } from "./small_run.ts";

gpuTest(
  "evaluator() gives the same result whatever the batch size, and counts every image once",
  async () => {
    const device = await testDevice();
    const model = smallModel(device);
    const options = { classes: classes.length, labelSmoothing: 0, gamma: 2, classWeights: undefined };
    const loss = createLoss(device, { name: "cross_entropy", ...options });
    const run = async (batchSize: number) => {
      const evaluation = evaluator(device, { model, loss, imageSize, batchSize, batches: 3 });
      const result = await evaluation.run(epochBatches([2, 2, 1], "even"));
      evaluation.free();
      return result;
    };
    const exact = await run(2), padded = await run(5);
    assertEquals([exact.rows, padded.rows], [5, 5]);
    assertEquals(exact.top1, padded.top1);
    assertAlmostEquals(exact.loss, padded.loss, 1e-5);
  },
);
