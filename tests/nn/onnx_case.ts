/** A written network, run by ONNX Runtime, against the engine's own. */
import { assert, assertEquals } from "@std/assert";
import { encodeOnnx } from "../../src/formats/onnx/model.ts";
import { networkModel } from "../../src/formats/onnx/network.ts";
import { readOnnxInitializers } from "../../src/formats/onnx/read.ts";
import { float32 } from "../../src/formats/tensor_data.ts";
import { openOnnx } from "../../src/host/deno_onnx.ts";
import { imagesToEngine } from "../../src/nn/layout.ts";
import { architecture, createModel, type ModelName } from "../../src/nn/models/mod.ts";
import { onnxNetwork } from "../../src/nn/onnx.ts";
import { predictor } from "../../src/train/predictor.ts";
import { rng } from "../../src/base/rng.ts";
import { deviceTest } from "../core/fixtures.ts";
import { asFile } from "../formats/onnx/weights.ts";
import { randomNormal } from "../reference/random.ts";
import { joinParts } from "../formats/onnx/parts.ts";

const SIZE = 33, BATCH = 3, CLASSES = 7;

/** Of networks whose layers are the same in kind, the smallest: all others have the same nodes. */
export const kinds: readonly ModelName[] = [
  "resnet18",
  "resnet50",
  "resnext50_32x4d",
  "mobilenet_v3_small",
  "efficientnet_b0",
  "convnext_tiny",
];

/** How norms are written, and for which version of the operators. */
export type Form = readonly ["folded" | "kept", number];

/** Registers the test of a network in each form. */
export function onnxTest(name: ModelName, forms: readonly Form[]): void {
  deviceTest(
    `${name} as ONNX computes what the engine computes, from the same weights`,
    async (device) => {
      const model = createModel(device, name, { classes: CLASSES, seed: 3 });
      const state = await model.parameters.state();
      for (const [key, { values }] of state) {
        const stream = rng(8, key);
        if (key.endsWith("running_mean")) values.forEach((_, i) => values[i] = 0.2 * stream.normal());
        if (key.endsWith("running_var")) values.forEach((_, i) => values[i] = stream.uniform(0.5, 1.5));
      }
      model.parameters.load(state);
      const weights = new Map(
        [...state].map(([key, { shape, values }]) => [key, float32(shape, values)]),
      );
      const network = onnxNetwork(architecture({ name }, CLASSES));
      const images = randomNormal(rng(8, "images"), BATCH * 3 * SIZE * SIZE);
      const run = predictor(device, model, { imageSize: SIZE, batchSize: BATCH + 1 });
      const expected = await run.logits(imagesToEngine([BATCH, 3, SIZE, SIZE], images), BATCH);
      const largest = Math.max(...expected.map(Math.abs));
      for (const [batchNorm, opset] of forms) {
        const options = {
          opset,
          imageSize: SIZE,
          batchNorm,
          weights: "f32",
          preparation: { input: "normalized" },
          softmax: false,
          metadata: new Map(),
        } as const;
        const bytes = await joinParts(
          encodeOnnx(networkModel(network, asFile(weights), options)),
        );
        if (batchNorm === "kept") {
          assertEquals(new Set(readOnnxInitializers(bytes).keys()), new Set(state.keys()));
        }
        const path = await Deno.makeTempFile({ suffix: ".onnx" });
        await Deno.writeFile(path, bytes);
        const session = await openOnnx(path);
        const logits = await session.run({ type: "f32", shape: [BATCH, 3, SIZE, SIZE], values: images });
        const worst = Math.max(...logits.map((value, i) => Math.abs(value - expected[i]))) / largest;
        assert(
          logits.length === expected.length && worst < 1e-5,
          `${batchNorm}, version ${opset}: off by ${worst}`,
        );
        await session.close();
        await Deno.remove(path);
      }
      run.free();
    },
  );
}
