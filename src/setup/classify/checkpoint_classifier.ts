/** Classifiers from checkpoints, run by the engine. */
import type { ByteSource } from "../../base/byte_source.ts";
import { DataError } from "../../base/errors.ts";
import type { Device } from "../../core/device.ts";
import { toFloat32 } from "../../formats/safetensors.ts";
import type { TensorInFile } from "../../formats/weights.ts";
import { type Architecture, buildModel } from "../../nn/model.ts";
import { architecture, type ChosenModel, type ModelName, modelNames } from "../../nn/models/mod.ts";
import { classParameter, recognize } from "../../nn/models/recognize.ts";
import { checkpointWeights } from "../../train/checkpoint_weights.ts";
import { cardPipeline, type ModelCard, readArchitecture, readCard } from "../../train/model_card.ts";
import { predictor } from "../../train/predictor.ts";
import { BATCH, type Classifier, inBatches, prepared } from "./classifier.ts";

/** A checkpoint's weights and its description of the model. */
export interface OpenCheckpoint {
  readonly path: string;
  readonly weights: ReadonlyMap<string, TensorInFile>;
  readonly card: ModelCard & { readonly model: ModelName };
  readonly architecture: Architecture;
  readonly missing: readonly string[];
  readonly isAveraged: boolean;
}

/** torchvision's default, for files that do not specify a size. */
const IMAGE_SIZE = 224;

/**
 * Opens a checkpoint; its values are read later.
 * @throws DataError if it is damaged or has no model known here
 */
export async function openCheckpoint(source: ByteSource): Promise<OpenCheckpoint> {
  const path = source.name;
  const { weights, metadata, isAveraged } = await checkpointWeights(source, { ema: true });
  const chosen = readArchitecture(metadata, path) ?? recognized(weights);
  if (chosen === undefined) {
    throw new DataError(
      `Cannot use ${path}: it has no tensor of any model here; they are ${modelNames.join(", ")}`,
    );
  }
  const perClass = classParameter(chosen), classes = weights.get(perClass)?.shape[0];
  if (classes === undefined) {
    throw new DataError(`Cannot use ${path}: it has no "${perClass}", which ${chosen.name} needs`);
  }
  const { card, missing } = readCard(metadata, path, { classes, imageSize: IMAGE_SIZE });
  return {
    path,
    weights,
    card: { ...card, model: chosen.name },
    architecture: architecture(chosen, classes),
    missing: missing.filter((what) => what !== "architecture"),
    isAveraged,
  };
}

function recognized(weights: OpenCheckpoint["weights"]): ChosenModel | undefined {
  const name = recognize(weights);
  return name && { name };
}

/**
 * Loads a checkpoint's model onto a device, in f32, for at most `pictures` images at a time.
 * @throws DataError if weights are missing or have another shape
 */
export async function checkpointClassifier(
  device: Device,
  { path, weights, card, architecture, missing }: OpenCheckpoint,
  pictures: number = BATCH,
): Promise<Classifier> {
  const { classes, imageSize } = card;
  const pipeline = cardPipeline(card, path);
  const model = buildModel(device, architecture, { seed: 0 });
  const modules = new Set(model.parameters.parameters.map(({ name }) => moduleOf(name)));
  const ofModel = [...weights].filter(([name]) =>
    modules.has(moduleOf(name)) && !name.endsWith(".num_batches_tracked")
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

/**
 * The first part of a weight's name. Besides the modules, a checkpoint also contains state for resuming
 * training.
 */
function moduleOf(name: string): string {
  return name.split(".")[0];
}
