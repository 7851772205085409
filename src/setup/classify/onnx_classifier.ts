/** Classifiers from ONNX files, run by ONNX Runtime. */
import { DataError } from "../../base/errors.ts";
import { flipHorizontally } from "../../data/transforms/flip.ts";
import { resizeTo } from "../../data/transforms/resample.ts";
import { nothingToCrop, type Tta, viewsOf } from "../../data/transforms/tta.ts";
import type { Normalization, Picture } from "../../data/types.ts";
import { cardPipeline } from "../../train/model_card.ts";
import type { Host } from "../host.ts";
import { assumptions, preparation } from "./assumptions.ts";
import { BATCH, type Classifier, inBatches, preparedPicture } from "./classifier.ts";
import { describeOnnx, type OnnxDefaults, type OnnxDescription } from "./describe_onnx.ts";
import { meanLogits } from "./mean_logits.ts";
import { packImages } from "./onnx_images.ts";

/** The parts of a host needed to open an ONNX file. */
export type OnnxHost = Pick<Host, "openOnnx" | "readFile">;

/** Leaves values in 0 .. 1 unchanged. */
const UNIT: Normalization = { mean: [0, 0, 0], std: [1, 1, 1] };

/** How an ONNX file is opened. */
export interface OnnxOptions extends OnnxDefaults {
  /** Views of an image whose logits are averaged; null or absent: one view. */
  readonly tta?: Tta | null;
}

/**
 * Opens an ONNX file. If wgrad did not write it, missing details are taken from its input and from `options`.
 * @throws DataError if it is damaged, or its input is not a batch of images; ConfigError if it has no such views
 */
export async function onnxClassifier(
  host: OnnxHost,
  path: string,
  { tta = null, ...defaults }: OnnxOptions = {},
): Promise<Classifier> {
  const described = await describeOnnx(host, path, defaults);
  const { card, missing, input, gives } = described, classes = card.classes.length;
  const { views, normalization, most, says } = preparedFor(described, path, tta);
  const session = await host.openOnnx(path);
  const logitsOf = async (batch: readonly Picture[], prepare: Prepared["views"][number]) => {
    const count = input.batch ?? batch.length;
    const values = await session.run(packImages(batch.map(prepare), input, normalization, count));
    if (values.length !== count * classes) {
      throw new DataError(
        `Cannot use ${path}: it gave ${values.length} values for ${count} images: need ${classes} each`,
      );
    }
    const rows = values.subarray(0, batch.length * classes);
    return gives === "probabilities" ? rows.map(logitOf) : rows;
  };
  const logits = async (batch: readonly Picture[]) => {
    const all: Float32Array[] = [];
    for (const view of views) all.push(await logitsOf(batch, view));
    return meanLogits(all);
  };
  const ofUltralytics = `${path} is of Ultralytics, so images are prepared as there: ${says}`;
  return {
    path,
    card,
    missing,
    notes: [
      ...(described.isUltralytics ? [ofUltralytics] : []),
      ...assumptions(path, missing, { imageSize: card.imageSize, preparation: says }),
    ],
    runtime: "ONNX Runtime",
    logits: (pictures) => inBatches(pictures, classes, logits, most),
    close: () => session.close(),
  };
}

/** How images become the model's input. */
interface Prepared {
  /** A function for each view. */
  readonly views: readonly ((picture: Picture) => Picture)[];
  readonly normalization: Normalization;
  /** The most images in a batch. */
  readonly most: number;
  /** The same in words. */
  readonly says: string;
}

function preparedFor(
  { card, missing, input }: OnnxDescription,
  path: string,
  tta: Tta | null,
): Prepared {
  const pipeline = cardPipeline(card, path), { width, height } = input;
  const common = {
    normalization: card.input === "unit" ? UNIT : pipeline.normalization,
    most: input.batch ?? BATCH,
  };
  const mirrored = (prepare: (picture: Picture) => Picture) => {
    if (tta === "crops") throw nothingToCrop();
    return tta === null ? [prepare] : [prepare, (picture: Picture) => flipHorizontally(prepare(picture))];
  };
  if (card.input === "pixels" && width === null && height === null) {
    const says = "images at their own size, values from 0 to 255";
    return { ...common, views: mirrored((picture) => picture), most: 1, says }; // of different sizes, they cannot share a batch
  }
  if (width !== null && height !== null && width !== height) {
    if (!missing.includes("preprocessing")) throw notSquare(path, width, height);
    const says = preparation(card, pipeline, `stretched to a width of ${width} and a height of ${height} px`);
    return { ...common, views: mirrored((picture) => resizeTo(picture, width, height)), says };
  }
  const pipelines = tta === null ? [pipeline] : viewsOf(pipeline, tta);
  return { ...common, views: pipelines.map(preparedPicture), says: preparation(card, pipeline) };
}

function notSquare(path: string, width: number, height: number): DataError {
  return new DataError(
    `Cannot use ${path}: its preprocessing makes square images, but its input is ${width} wide and ${height} high`,
  );
}

/** The smallest f32 above 0. */
const SMALLEST = 2 ** -149;

/** A logit whose softmax is a model's own probability; one that f32 has rounded to 0 stays finite. */
function logitOf(probability: number): number {
  return Math.log(Math.max(probability, SMALLEST));
}
