/** Classifiers from ONNX files, run by ONNX Runtime. */
import { DataError } from "../../base/errors.ts";
import { type OnnxInfo, type OnnxValue, readOnnxInfo } from "../../formats/onnx/read.ts";
import type { Step } from "../../data/transforms/transform.ts";
import type { Normalization, Picture } from "../../data/types.ts";
import { imagesToTorch } from "../../nn/layout.ts";
import { cardPipeline, type ModelCard, readCard } from "../../train/model_card.ts";
import type { Host, OnnxInput } from "../host.ts";
import { assumptions } from "./assumptions.ts";
import { type Classifier, inBatches, prepared } from "./classifier.ts";

/** The parts of a host needed to open an ONNX file. */
export type OnnxHost = Pick<Host, "openOnnx" | "readFile">;

/** Leaves values in 0 .. 1 unchanged. */
const UNIT: Normalization = { mean: [0, 0, 0], std: [1, 1, 1] };

/** ONNX's codes for element types. */
const F32 = 1, U8 = 2;

/**
 * Opens an ONNX file. If wgrad did not write it, missing details are taken from `steps` and from the shape of
 * its input.
 * @throws DataError if it is damaged, or its input is not a batch of images
 */
export async function onnxClassifier(
  host: OnnxHost,
  path: string,
  steps?: readonly Step[],
): Promise<Classifier> {
  const { card, missing, endsInSoftmax } = await describeOnnx(host, path, steps);
  const session = await host.openOnnx(path);
  const { classes, imageSize, input } = card;
  const pipeline = cardPipeline(card, path);
  const normalization = input === "unit" ? UNIT : pipeline.normalization;
  const images = async (batch: readonly Picture[]) => {
    const shape = [batch.length, 3, imageSize, imageSize];
    const values = imagesToTorch(shape, prepared(batch, pipeline, normalization));
    return await run({ type: "f32", shape, values });
  };
  const run = async (given: OnnxInput) => {
    const values = await session.run(given);
    if (values.length === given.shape[0] * classes.length) {
      return endsInSoftmax ? values.map(logitOf) : values;
    }
    throw new DataError(
      `Cannot use ${path}: it gave ${values.length} values for ${
        given.shape[0]
      } images: need ${classes.length} each`,
    );
  };
  // Images of different sizes cannot share a batch.
  const pixels = async (batch: readonly Picture[]) => {
    const rows: number[] = [];
    for (const { width, height, data } of batch) {
      rows.push(...await run({ type: "u8", shape: [1, height, width, 3], values: data }));
    }
    return Float32Array.from(rows);
  };
  return {
    path,
    card,
    missing,
    notes: assumptions(path, card, missing),
    runtime: "ONNX Runtime",
    logits: (pictures) => inBatches(pictures, classes.length, input === "pixels" ? pixels : images),
    close: () => session.close(),
  };
}

/** An ONNX file's description of its model. @throws DataError as {@link onnxClassifier} does */
export async function describeOnnx(
  host: Pick<Host, "readFile">,
  path: string,
  steps?: readonly Step[],
): Promise<{ card: ModelCard; missing: string[]; endsInSoftmax: boolean }> {
  const { inputs, outputs, metadata, endsInSoftmax } = parse(await host.readFile(path), path);
  const image = imageInput(inputs, path);
  const classes = outputs[0]?.shape.at(-1);
  if (outputs.length !== 1 || typeof classes !== "number" || classes < 1) {
    throw new DataError(
      `Cannot use ${path}: it must have one output [N, classes], current outputs are ${described(outputs)}`,
    );
  }
  const { card, missing } = readCard(metadata, path, { classes, imageSize: image.size ?? 224, steps });
  const fits = (card.input === "pixels") === image.isPixels &&
    (image.size ?? card.imageSize) === card.imageSize;
  if (!fits) {
    throw new DataError(`Cannot use ${path}: its metadata does not fit its input ${described(inputs)}`);
  }
  return { card, missing, endsInSoftmax };
}

/** The smallest f32 above 0. */
const SMALLEST = 2 ** -149;

/** A logit whose softmax is a model's own probability; one that f32 has rounded to 0 stays finite. */
function logitOf(probability: number): number {
  return Math.log(Math.max(probability, SMALLEST));
}

function parse(bytes: Uint8Array, path: string): OnnxInfo {
  try {
    return readOnnxInfo(bytes);
  } catch (cause) {
    throw new DataError(`Cannot load ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The image input: [N, 3, size, size] f32 or [N, any, any, 3] u8. */
function imageInput(inputs: readonly OnnxValue[], path: string): { isPixels: boolean; size: number | null } {
  const [one, ...others] = inputs;
  if (one !== undefined && others.length === 0 && one.shape.length === 4) {
    const [, a, b, c] = one.shape;
    if (one.elementType === F32 && a === 3 && b === c) return { isPixels: false, size: b };
    if (one.elementType === U8 && c === 3 && a === null && b === null) return { isPixels: true, size: null };
  }
  throw new DataError(
    `Cannot use ${path}: its input must be [N, 3, size, size] f32 or [N, height, width, 3] u8: ` +
      `current inputs are ${described(inputs)}`,
  );
}

function described(values: readonly OnnxValue[]): string {
  const shown = values.slice(0, 5).map(({ name, elementType, shape }) =>
    `${JSON.stringify(name.slice(0, 80))} [${
      shape.map((axis) => axis ?? "any").join(", ")
    }] of type ${elementType}`
  );
  return shown.join("; ") || "none";
}
