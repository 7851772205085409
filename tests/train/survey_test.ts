/** What a surveyor sees is what the model's forward pass and its head give, batch by batch. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { createModel } from "../../src/nn/models/mod.ts";
import { hostBatch } from "../../src/train/batch.ts";
import { predictor } from "../../src/train/predictor.ts";
import { surveyor } from "../../src/train/survey.ts";
import { deviceTest } from "../core/fixtures.ts";

deviceTest("surveyor() gives logits, and the features of which they are the head's", async (device) => {
  const classes = 5, size = 32, row = size * size * 4, random = rng(3, "survey");
  const model = createModel(device, "resnet18", { classes, seed: 1 });
  const looking = await surveyor(device, model, { imageSize: size, batchSize: 4 });
  const plain = predictor(device, model, { imageSize: size, batchSize: 4 });
  const images = Array.from(
    { length: 7 },
    () => Float32Array.from({ length: row }, (_, i) => i % 4 === 3 ? 0 : random.normal()),
  );
  const joined = (from: number, to: number) =>
    Float32Array.from(images.slice(from, to).flatMap((one) => [...one]));
  async function* batches() {
    yield await Promise.resolve(
      hostBatch(joined(0, 4), Uint32Array.of(0, 1, 2, 3), Uint32Array.of(9, 8, 7, 6)),
    );
    yield hostBatch(joined(4, 7), Uint32Array.of(4, 0, 1));
  }
  const named = new Map(model.parameters.parameters.map((one) => [one.name, one.tensor]));
  // [width, classes padded to 8 columns]
  const weight = await named.get("fc.weight")!.read(), bias = await named.get("fc.bias")!.read();
  let at = 0;
  const counts: number[] = [];
  for await (const { indices, labels, logits, features } of looking.run(batches())) {
    counts.push(labels.length);
    assertEquals([...labels], at === 0 ? [0, 1, 2, 3] : [4, 0, 1]);
    assertEquals([...indices], at === 0 ? [9, 8, 7, 6] : [4, 5, 6]);
    assertEquals(features.length, labels.length * looking.width);
    const expected = await plain.logits(joined(at, at + labels.length), labels.length);
    expected.forEach((value, i) => assertAlmostEquals(logits[i], value, 1e-5));
    for (let n = 0; n < labels.length; n++) {
      for (let k = 0; k < classes; k++) {
        let sum = bias[k];
        for (let c = 0; c < looking.width; c++) {
          sum += features[n * looking.width + c] * weight[c * 8 + k];
        }
        assertAlmostEquals(logits[n * classes + k], sum, 1e-4);
      }
    }
    at += labels.length;
  }
  assertEquals(counts, [4, 3]);
  looking.free();
  plain.free();
  model.parameters.free();
});
