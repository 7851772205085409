/** Classifiers from checkpoints, run by the engine. */
import { DataError } from "../../base/errors.ts";
import { few } from "../../base/few.ts";
import type { Device } from "../../core/device.ts";
import type { Pipeline } from "../../data/transforms/pipeline.ts";
import type { Picture } from "../../data/types.ts";
import { toFloat32 } from "../../formats/safetensors.ts";
import type { TensorInFile } from "../../formats/weights.ts";
import { type Architecture, buildModel, type Model } from "../../nn/model.ts";
import { architecture, type ChosenModel, type ModelName } from "../../nn/models/mod.ts";
import { classParameter, everyModel, wanted } from "../../nn/models/recognize.ts";
import { type Gradcam, gradcam } from "../../train/gradcam.ts";
import { checkpointWeights, EVALUATED, type Metadata } from "../../train/checkpoint_weights.ts";
import { cardPipeline, type ModelCard, readArchitecture, readCard } from "../../train/model_card.ts";
import { predictor } from "../../train/predictor.ts";
import type { ModelFile } from "../open_weights.ts";
import { assumptions, preparation } from "./assumptions.ts";
import {
  BATCH,
  type Classifier,
  type ExplainedPicture,
  type ExplainOptions,
  inBatches,
  prepared,
  preparedPicture,
} from "./classifier.ts";

/** A checkpoint's weights and its description of the model. */
export interface OpenCheckpoint {
  readonly path: string;
  readonly weights: ReadonlyMap<string, TensorInFile>;
  readonly card: ModelCard & { readonly model: ModelName };
  readonly architecture: Architecture;
  /** What the file does not specify, so that a default is used. */
  readonly missing: readonly string[];
  /** What a user should know: which weights these are, and what is assumed. */
  readonly notes: readonly string[];
  readonly isAveraged: boolean;
}

/** The size for files that do not specify one: torchvision's default, or CIFAR's for the stem of small images. */
function usualSize({ options }: ChosenModel): number {
  return options?.stem === "small" ? 32 : 224;
}

/**
 * Opens a checkpoint; its values are read later.
 * @throws DataError if it is damaged or has no model known here
 */
export async function openCheckpoint({ source, key }: ModelFile): Promise<OpenCheckpoint> {
  const path = source.name;
  const recorded = (metadata: Metadata) => readArchitecture(metadata, path);
  const networks = (metadata: Metadata) => {
    const chosen = recorded(metadata);
    return chosen ? [wanted(chosen)] : everyModel();
  };
  const found = await checkpointWeights(source, { networks, key });
  const { weights, metadata, isAveraged, choice } = found;
  const chosen: ChosenModel = recorded(metadata) ?? found.network;
  const perClass = classParameter(chosen), classes = weights.get(perClass)?.shape[0];
  if (classes === undefined) throw headless(path, chosen, perClass, found.aside);
  const { card: read, missing } = readCard(metadata, path, { classes, imageSize: usualSize(chosen) });
  const isCalibrated = isAveraged === (metadata.get(EVALUATED) === "averages");
  const card = isCalibrated ? read : { ...read, calibration: undefined };
  const says = preparation(card, cardPipeline(card, path));
  const assumed = assumptions(path, missing, { imageSize: card.imageSize, preparation: says });
  return {
    path,
    weights,
    card: { ...card, model: chosen.name },
    architecture: architecture(chosen, classes),
    missing,
    notes: [
      ...(choice === undefined ? [] : [`${path}: ${choice}`]),
      ...assumed,
      ...(read.calibration === card.calibration ? [] : [
        `${path}: its temperature and thresholds are of its ${
          isAveraged ? "plain" : "averaged"
        } weights, so they are not used`,
      ]),
    ],
    isAveraged,
  };
}

/** A file whose classifier has another form than the model's. */
function headless(path: string, { name }: ChosenModel, needed: string, aside: readonly string[]): DataError {
  const others = aside.length > 0 ? `; besides the model it has ${few(aside)}` : "";
  return new DataError(
    `Cannot use ${path}: it has no "${needed}", which ${name} needs${others}; train with model.weights=${path}, ` +
      `or rename the tensors of its classifier`,
  );
}

/**
 * Loads a checkpoint's model onto a device, in f32, for at most `pictures` images at a time.
 * @throws DataError if weights are missing or have another shape
 */
export async function checkpointClassifier(
  device: Device,
  { path, weights, card, architecture, missing, notes }: OpenCheckpoint,
  pictures: number = BATCH,
): Promise<Classifier> {
  const { classes, imageSize } = card;
  const pipeline = cardPipeline(card, path);
  const model = buildModel(device, architecture, { seed: 0 });
  const stored = [...weights].filter(([name]) => !name.endsWith(".num_batches_tracked"));
  const state = new Map(stored.map(([name, tensor]) => {
    return [name, { shape: tensor.shape, values: async () => toFloat32(await tensor.load()) }];
  }));
  try {
    const fault = model.parameters.faultOf(state);
    if (fault !== undefined) throw new DataError(`Cannot load ${path} into ${card.model} because ${fault}`);
    await model.parameters.loadStored(state);
  } catch (error) {
    model.parameters.free();
    throw error;
  }
  const batchSize = Math.max(1, Math.min(BATCH, pictures));
  const run = predictor(device, model, { imageSize, batchSize });
  const explainer = explainerOf(device, model, pipeline, batchSize);
  return {
    path,
    card,
    missing,
    notes,
    runtime: "WebGPU",
    logits: (pictures) =>
      inBatches(pictures, classes.length, (batch) => run.logits(prepared(batch, pipeline), batch.length)),
    explain: explainer.explain,
    close() {
      run.free();
      explainer.free();
      model.parameters.free();
      return Promise.resolve();
    },
  };
}

/** Explains with one layer at a time; its program is kept until another one is asked for. */
function explainerOf(device: Device, model: Model, pipeline: Pipeline, batchSize: number) {
  const prepare = preparedPicture(pipeline);
  let kept: { readonly layer: string | undefined; readonly cam: Gradcam } | undefined;
  const camOf = (layer: string | undefined) => {
    if (kept !== undefined && kept.layer === layer) return kept.cam;
    kept?.cam.free();
    kept = undefined;
    kept = { layer, cam: gradcam(device, model, { imageSize: pipeline.imageSize, batchSize, layer }) };
    return kept.cam;
  };
  return {
    async explain(
      pictures: readonly Picture[],
      { classes, layer }: ExplainOptions = {},
    ): Promise<ExplainedPicture[]> {
      const cam = camOf(layer), all: ExplainedPicture[] = [];
      for (let start = 0; start < pictures.length; start += batchSize) {
        const batch = pictures.slice(start, start + batchSize),
          chosen = classes?.slice(start, start + batchSize);
        const found = await cam.run(prepared(batch, pipeline), batch.length, chosen);
        batch.forEach((picture, n) =>
          all.push({
            seen: prepare(picture),
            logits: found.logits.slice(n * model.classes, (n + 1) * model.classes),
            of: found.classes[n],
            layer: cam.layer,
            map: found.maps[n],
          })
        );
      }
      return all;
    },
    free: () => kept?.cam.free(),
  };
}
