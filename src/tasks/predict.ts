/** `predict`: classifies images with a checkpoint or an ONNX file. */
import { ConfigError } from "../base/errors.ts";
import { DEFAULT_PROVIDER, type ProviderName } from "../core/providers/mod.ts";
import type { Picture } from "../data/types.ts";
import { encodePng } from "../formats/png.ts";
import { parseArguments, usageLine } from "../launch/usage.ts";
import { withHeat } from "../plots/heat.ts";
import type { Classifier, ExplainedPicture } from "../setup/classify/classifier.ts";
import { openClassifier } from "../setup/classify/open_classifier.ts";
import type { Host } from "../setup/host.ts";
import { confidenceNote } from "../train/calibration.ts";
import { requireFolderOf } from "../setup/output_file.ts";
import { contactSheet, thumbnail, type View } from "./predict/contact_sheet.ts";
import { distinctNames, magnified } from "./predict/heat_file.ts";
import { findPictures, type PictureFile } from "./predict/inputs.ts";
import { type MinConfidence, minConfidenceOf, readMinConfidence, UNKNOWN } from "./predict/min_confidence.ts";
import { predictAll } from "./predict/predict_all.ts";
import { asCsv, asJson, asTable, type Prediction, type Predictions } from "./predict/prediction.ts";
import { usages } from "./usages.ts";

const USAGE = usageLine(usages.predict);

/** The parts of the host that predict needs. */
export type PredictHost = Pick<
  Host,
  | "openOnnx"
  | "openGpu"
  | "openTree"
  | "openFile"
  | "readFile"
  | "readInput"
  | "folderStore"
  | "pictures"
  | "encodeJpeg"
  | "writeAtomic"
  | "signal"
  | "print"
  | "remark"
  | "progress"
>;

/** The parsed command line. */
interface Options {
  readonly model: string;
  readonly inputs: readonly string[];
  readonly form: "table" | "json" | "csv";
  /** Where the predictions go; undefined for standard output. */
  readonly output: string | undefined;
  readonly topK: number;
  readonly minConfidence: MinConfidence["asked"] | undefined;
  readonly sheet: string | undefined;
  /** The folder for images with heat over what speaks for their class. */
  readonly explain: string | undefined;
  readonly layer: string | undefined;
  readonly gpu: ProviderName;
}

/**
 * Prints the most likely classes of each image. Files that cannot be read are listed and counted.
 * @returns the exit code: 0, or 3 if no image could be read
 * @throws ConfigError, DataError, GpuError
 */
export async function predict(host: PredictHost, args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  await requireFolderOf(host, "--output", options.output);
  await requireFolderOf(host, "--contact-sheet", options.sheet);
  await requireFolderOf(host, "--explain", options.explain);
  const files = await findPictures(host, options.inputs);
  const classifier = await openClassifier(host, options.model, { gpu: options.gpu });
  try {
    const minConfidence = options.minConfidence === undefined
      ? undefined
      : minConfidenceOf(options.minConfidence, classifier.card, options.model);
    const calibrated = confidenceNote(classifier.card.calibration) ?? [];
    for (const note of [...classifier.notes, calibrated, ...minConfidence?.notes ?? []].flat()) {
      host.remark(`note    ${note}`);
    }
    if (options.explain !== undefined) requireGradients(classifier);
    const { result, views } = await predictAndShow(host, classifier, files, { ...options, minConfidence });
    const write = (path: string, text: string) => host.writeAtomic(path, new TextEncoder().encode(text));
    if (options.sheet !== undefined) await write(options.sheet, await contactSheet(result, views));
    const lines = linesOf(result, options);
    if (options.output !== undefined) await write(options.output, lines.join("\n") + "\n");
    else for (const line of lines) host.print(line);
    const isBeside = options.form !== "table" && options.output === undefined; // programs read what is printed
    summarize(isBeside ? (line) => host.remark(line) : host.print, result, options);
    return result.predictions.length > 0 ? 0 : 3;
  } finally {
    await classifier.close();
  }
}

function readOptions(args: readonly string[]): Options {
  const { flags: given, others: [model, ...inputs] } = parseArguments(args, usages.predict);
  if (model === undefined) throw new ConfigError(`Cannot predict: no model given. Usage: ${USAGE}`);
  if (inputs.length === 0) throw new ConfigError(`Cannot predict: no images given. Usage: ${USAGE}`);
  if (given.has("json") && given.has("csv")) {
    throw new ConfigError("Cannot predict with both --json and --csv: choose one");
  }
  const topK = Number(given.get("top-k") ?? 3);
  if (!Number.isInteger(topK) || topK < 1) {
    throw new ConfigError(`Cannot use --top-k ${given.get("top-k")}: it must be an integer of at least 1`);
  }
  const sheet = given.get("contact-sheet");
  if (sheet !== undefined && !/\.html?$/i.test(sheet)) {
    throw new ConfigError(
      `Cannot write the contact sheet to ${sheet}: its name must end with .html`,
    );
  }
  const output = given.get("output");
  const gpu = (given.get("gpu") ?? DEFAULT_PROVIDER) as ProviderName;
  const explain = given.get("explain")?.replace(/(?<=.)\/+$/, ""), layer = given.get("layer");
  if (layer !== undefined && explain === undefined) {
    throw new ConfigError(`Cannot use --layer ${layer} alone: give --explain FOLDER, too`);
  }
  const least = given.get("min-confidence");
  const minConfidence = least === undefined ? undefined : readMinConfidence(least);
  return {
    model,
    inputs,
    form: formOf(given, output),
    output,
    topK,
    minConfidence,
    sheet,
    explain,
    layer,
    gpu,
  };
}

/** The form that a switch or, without one, the ending of the file asks for. */
function formOf(given: ReadonlyMap<string, string>, output: string | undefined): Options["form"] {
  if (given.has("json")) return "json";
  if (given.has("csv")) return "csv";
  if (output === undefined) return "table";
  const [, ending] = /\.(json|csv)$/i.exec(output) ?? [];
  if (ending !== undefined) return ending.toLowerCase() as "json" | "csv";
  throw new ConfigError(
    `Cannot write predictions to ${output}: its name must end with .json or .csv, or give --json or --csv`,
  );
}

/** @throws ConfigError if the model's file has nothing to differentiate */
function requireGradients({ path, runtime, explain }: Classifier): void {
  if (explain !== undefined) return;
  throw new ConfigError(
    `Cannot explain predictions of ${path}: it runs in ${runtime}, which gives no gradients; give a checkpoint`,
  );
}

type Shown = Omit<Options, "minConfidence"> & { readonly minConfidence: MinConfidence | undefined };

/** Predicts all images, and keeps of each what the contact sheet shows. Images with heat are written at once. */
async function predictAndShow(
  host: PredictHost,
  classifier: Classifier,
  files: readonly PictureFile[],
  { topK, minConfidence, sheet, explain, layer }: Shown,
): Promise<{ result: Predictions; views: View[] }> {
  const views: View[] = [], names = distinctNames();
  using shown = host.progress("classifying images", files.length);
  const look = async ({ file }: Prediction, picture: Picture, explained: ExplainedPicture | undefined) => {
    const heat = explained && magnified(withHeat(explained.seen, explained.map));
    if (heat !== undefined) await host.writeAtomic(`${explain}/${names(file)}.png`, await encodePng(heat));
    if (sheet === undefined) return;
    const small = (one: Picture) => thumbnail(one, host.encodeJpeg);
    views.push({ picture: await small(picture), heat: heat && await small(heat) });
  };
  const explains = explain === undefined ? undefined : { layer };
  const result = await predictAll(host, classifier, files, {
    topK,
    minConfidence,
    at: shown.at,
    explains,
    look,
  });
  return { result, views };
}

function linesOf(result: Predictions, { form, topK }: Options): string[] {
  if (form === "json") return [asJson(result)];
  if (form === "csv") return asCsv(result, Math.min(topK, result.card.classes.length));
  return [...asTable(result), ...(result.predictions.length > 0 ? [""] : [])];
}

/** Says what was done, and names the files that could not be read. */
function summarize(
  say: PredictHost["print"],
  result: Predictions,
  { output, sheet, explain }: Options,
): void {
  const { model, card, runtime, minConfidence, predictions, unreadable } = result;
  const images = predictions.length + unreadable.length;
  say(
    `${predictions.length} of ${images} images classified by ${model} ` +
      `(${card.model ?? "a model"} in ${runtime}, ${card.classes.length} classes, ${card.imageSize} px)`,
  );
  if (minConfidence !== undefined) {
    const unknown = predictions.filter(({ isUnknown }) => isUnknown).length;
    const least = minConfidence.asked === "auto" ? "the threshold of their class" : minConfidence.asked;
    say(`${unknown} of ${predictions.length} are ${UNKNOWN}: less sure than ${least}`);
  }
  if (output !== undefined) say(`predictions: ${output}`);
  if (sheet !== undefined) say(`contact sheet: ${sheet}`);
  if (explain !== undefined) say(`explained: ${explain}/*.png`);
  for (const { path, reason } of unreadable) say(`unreadable: ${path}: ${reason}`, "warning");
}
