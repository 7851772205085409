/** What an ONNX file says about its model, in its metadata, its input and its output. */
import { DataError } from "../../base/errors.ts";
import type { Step } from "../../data/transforms/transform.ts";
import { type OnnxInfo, type OnnxValue, readOnnxInfo } from "../../formats/onnx/read.ts";
import { CARD, type ModelCard, readCard } from "../../train/model_card.ts";
import type { Host } from "../host.ts";
import { described, type ImageInput, imageInput } from "./onnx_images.ts";
import { foreignCard, isUltralytics } from "./ultralytics.ts";

/** Taken for what a file does not say. */
export interface OnnxDefaults {
  readonly steps?: readonly Step[];
  readonly imageSize?: number;
}

/** A model in an ONNX file. */
export interface OnnxDescription {
  readonly card: ModelCard;
  readonly missing: readonly string[];
  readonly input: ImageInput;
  /** What the model computes for each class. */
  readonly gives: "logits" | "probabilities";
  /** True if the images are prepared as Ultralytics does, which the file only implies. */
  readonly isUltralytics: boolean;
}

/** torchvision's default, for files that do not specify a size. */
const IMAGE_SIZE = 224;

/**
 * The description of an ONNX file.
 * @throws DataError if it is damaged, takes something other than a batch of images, or gives something other than a
 * value for each class
 */
export async function describeOnnx(
  host: Pick<Host, "readFile">,
  path: string,
  { steps, imageSize = IMAGE_SIZE }: OnnxDefaults = {},
): Promise<OnnxDescription> {
  const info = parse(await host.readFile(path), path);
  const input = imageInput(info.inputs, path);
  const metadata = new Map([
    ...inputCard(input),
    ...foreignCard(info.metadata, path),
    ...info.metadata,
  ]);
  const classes = classesOf(info.outputs, path);
  const { card, missing } = readCard(metadata, path, { classes, imageSize, steps });
  const side = input.height ?? input.width ?? card.imageSize;
  if ((card.input === "pixels") !== (input.type === "u8") || side !== card.imageSize) {
    throw new DataError(
      `Cannot use ${path}: its metadata does not fit its input ${described(info.inputs)}`,
    );
  }
  return {
    card,
    missing,
    input,
    gives: givenBy(info, path),
    isUltralytics: isUltralytics(info.metadata),
  };
}

function parse(bytes: Uint8Array, path: string): OnnxInfo {
  try {
    return readOnnxInfo(bytes);
  } catch (cause) {
    throw new DataError(`Cannot load ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The card's entries that follow from the input. */
function* inputCard({ type, height, width }: ImageInput): Generator<[string, string]> {
  const side = height ?? width;
  if (side !== null) yield [CARD.imageSize, String(side)];
  if (type === "u8") yield [CARD.input, "pixels"];
}

/** The number of classes: [N, classes], or with axes of 1 after it. */
function classesOf(outputs: readonly OnnxValue[], path: string): number {
  const [, classes, ...rest] = outputs[0]?.shape ?? [];
  if (outputs.length === 1 && classes && rest.every((size) => size === 1)) return classes;
  throw new DataError(
    `Cannot use ${path}: it must have one output [N, classes] with a fixed number of classes, ` +
      `current outputs are ${described(outputs)}; export it so`,
  );
}

function givenBy({ lastOperation }: OnnxInfo, path: string): OnnxDescription["gives"] {
  if (lastOperation === "Sigmoid") {
    throw new DataError(
      `Cannot use ${path}: it ends with a Sigmoid, so several of its classes may be true at once; ` +
        "need logits or a Softmax, for classes of which one is true",
    );
  }
  return lastOperation === "Softmax" ? "probabilities" : "logits"; // LogSoftmax gives logits, too
}
