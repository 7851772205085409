/** Writes a checkpoint as an ONNX file with metadata, and a labels_mapping.json next to it. */
import { ConfigError, DataError } from "../../base/errors.ts";
import { labelsMapping } from "../../data/labels_mapping.ts";
import { folderOf, join } from "../../data/files/paths.ts";
import type { Pipeline } from "../../data/transforms/pipeline.ts";
import { encodeOnnx, type OnnxParts } from "../../formats/onnx/model.ts";
import { LOGITS, networkModel, PROBABILITIES } from "../../formats/onnx/network.ts";
import type { Preparation } from "../../formats/onnx/prepare_input.ts";
import { onnxNetwork } from "../../nn/onnx.ts";
import { cardPipeline, type ModelInput, writeCard } from "../../train/model_card.ts";
import type { OnnxOptions } from "../../train/onnx_options.ts";
import type { OpenCheckpoint } from "../classify/checkpoint_classifier.ts";
import type { Host } from "../host.ts";

/**
 * Writes the model one weight at a time.
 * @throws DataError if weights are missing, ConfigError if the preprocessing cannot be part of the graph
 */
export async function writeOnnx(
  host: Pick<Host, "writeParts" | "writeAtomic">,
  checkpoint: OpenCheckpoint,
  path: string,
  options: OnnxOptions,
): Promise<OnnxParts> {
  const pipeline = cardPipeline(checkpoint.card, checkpoint.path);
  const labels = labelsMapping(checkpoint.card.classes, pipeline.normalization, pipeline.preprocessing);
  try {
    const parts = encode(checkpoint, pipeline, labels, options);
    await host.writeParts(path, parts);
    await host.writeAtomic(join(folderOf(path), "labels_mapping.json"), new TextEncoder().encode(labels));
    return parts;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DataError(`Cannot export ${checkpoint.path}: ${cause.message}`, { cause });
  }
}

function encode(
  checkpoint: OpenCheckpoint,
  pipeline: Pipeline,
  labels: string,
  options: OnnxOptions,
): OnnxParts {
  const { card, weights, architecture } = checkpoint;
  const metadata = new Map([
    ["labels_mapping", labels],
    ...writeCard({ ...card, input: inputOf(options) }),
    ["wgrad.output", options.softmax ? PROBABILITIES : LOGITS],
  ]);
  const network = onnxNetwork(architecture);
  const model = networkModel(network, weights, {
    opset: options.opset,
    imageSize: card.imageSize,
    batchNorm: options.batch_norm,
    weights: options.weights,
    softmax: options.softmax,
    preparation: preparationOf(checkpoint, pipeline, options),
    metadata,
  });
  return encodeOnnx(model);
}

function preparationOf(
  { card, path }: OpenCheckpoint,
  { normalization, preprocessing }: Pipeline,
  options: OnnxOptions,
): Preparation {
  const input = inputOf(options);
  if (input !== "pixels") return { input, normalization };
  // The graph supports a resize followed by a crop to the model's size; a square of that size needs no crop.
  const names = card.steps.map((step) => typeof step === "string" ? step : Object.keys(step)[0]);
  const wanted = ["resize", "center_crop", "normalize"].filter((name) => names.includes(name));
  const { resize, crop, interpolation } = preprocessing;
  const side = crop ?? (typeof resize === "object" ? resize?.[0] : undefined);
  if (names.join() === wanted.join() && side === card.imageSize) {
    const form = options.preprocess === "exact" ? "exact" : "portable";
    return { input, normalization, resize, interpolation, form };
  }
  throw new ConfigError(
    `Cannot include the preprocessing of ${path}: it must be resize, center_crop to ${card.imageSize} and ` +
      `normalize: current transforms are ${names.join(", ") || "none"}; leave preprocess out`,
  );
}

/** What the graph does to its input, for a card. */
function inputOf({ normalize, preprocess }: OnnxOptions): ModelInput {
  return preprocess !== false ? "pixels" : normalize ? "unit" : "normalized";
}
