/** Checkpoints, run by the engine. */
import type { ByteSource } from "../../base/byte_source.ts";
import { DataError } from "../../base/errors.ts";
import type { Device } from "../../core/device.ts";
import { toFloat32 } from "../../formats/safetensors.ts";
import type { TensorInFile } from "../../formats/weights.ts";
import { type ModelName, resnet } from "../../nn/resnet.ts";
import { checkpointWeights } from "../../train/checkpoint_weights.ts";
import { cardPipeline, type ModelCard, readCard } from "../../train/model_card.ts";
import { predictor } from "../../train/predictor.ts";
import { BATCH, type Classifier, inBatches, prepared } from "./classifier.ts";

/** A checkpoint's weights and what it says of them. */
export interface OpenCheckpoint {
  readonly path: string;
  readonly weights: ReadonlyMap<string, TensorInFile>;
  readonly card: ModelCard & { readonly model: ModelName };
  readonly missing: readonly string[];
  readonly isAveraged: boolean;
}

/** A ResNet's own weights: beside them a checkpoint keeps what training goes on with. */
const MODULES = /^(?:conv1|bn1|layer\d|fc)\./;

/** torchvision's default, for files that do not say. */
const IMAGE_SIZE = 224;

/** Opens a checkpoint; its values are read later. @throws DataError if it is damaged, or no ResNet's */
export async function openCheckpoint(source: ByteSource): Promise<OpenCheckpoint> {
  const path = source.name;
  const { weights, metadata, isAveraged } = await checkpointWeights(source, { ema: true });
  const classes = weights.get("fc.bias")?.shape[0];
  if (classes === undefined) {
    throw new DataError(`Cannot use ${path} as it has no "fc.bias": need a ResNet's weights`);
  }
  const { card, missing } = readCard(metadata, path, { classes, imageSize: IMAGE_SIZE });
  const model = card.model ?? architectureOf(weights);
  return {
    path,
    weights,
    card: { ...card, model },
    missing: missing.filter((what) => what !== "architecture"),
    isAveraged,
  };
}

/** The architecture by the names of the weights. */
function architectureOf(weights: ReadonlyMap<string, unknown>): ModelName {
  if (weights.has("layer1.0.conv3.weight")) return "resnet50";
  return weights.has("layer1.2.conv1.weight") ? "resnet34" : "resnet18";
}

/** A checkpoint's model on a device, in f32, for at most `pictures` at once. @throws DataError if weights are missing or of another shape */
export async function checkpointClassifier(
  device: Device,
  { path, weights, card, missing }: OpenCheckpoint,
  pictures: number = BATCH,
): Promise<Classifier> {
  const { classes, imageSize } = card;
  const pipeline = cardPipeline(card, path);
  const model = resnet(device, card.model, { classes: classes.length, seed: 0 });
  const ofModel = [...weights].filter(([name]) =>
    MODULES.test(name) && !name.endsWith(".num_batches_tracked")
  );
  const state = new Map(ofModel.map(([name, tensor]) => {
    return [name, { shape: tensor.shape, values: async () => toFloat32(await tensor.load()) }];
  }));
  try {
    await model.parameters.loadStored(state);
  } catch (cause) {
    model.parameters.free();
    throw new DataError(`Cannot load ${path} into ${card.model}: ${(cause as Error).message}`, { cause });
  }
  const run = predictor(device, model, { imageSize, batchSize: Math.max(1, Math.min(BATCH, pictures)) });
  return {
    path,
    card,
    missing,
    runtime: "WebGPU",
    logits: (pictures) =>
      inBatches(pictures, classes.length, (batch) => run.logits(prepared(batch, pipeline), batch.length)),
    close() {
      run.free();
      model.parameters.free();
      return Promise.resolve();
    },
  };
}
