/** `predict`: classifies images with a checkpoint or an ONNX file. */
import { ConfigError, InterruptedError } from "../base/errors.ts";
import { DEFAULT_PROVIDER, type ProviderName } from "../core/providers/mod.ts";
import type { Unreadable } from "../data/decode/pictures.ts";
import { parseArguments, usageLine } from "../launch/usage.ts";
import { BATCH, type Classifier } from "../setup/classify/classifier.ts";
import { openClassifier } from "../setup/classify/open_classifier.ts";
import type { Host } from "../setup/host.ts";
import { contactSheet, thumbnail } from "./predict/contact_sheet.ts";
import { decodeFile, findPictures, type PictureFile } from "./predict/inputs.ts";
import { usages } from "./usages.ts";
import { asCsv, asJson, asTable, guesses, type Prediction, type Predictions } from "./predict/prediction.ts";

const USAGE = usageLine(usages.predict);

/** The parts of the host that predict needs. */
export type PredictHost = Pick<
  Host,
  | "openOnnx"
  | "openGpu"
  | "openTree"
  | "openFile"
  | "readFile"
  | "pictures"
  | "encodeJpeg"
  | "writeAtomic"
  | "signal"
  | "print"
>;

/** The parsed command line. */
interface Options {
  readonly model: string;
  readonly inputs: readonly string[];
  readonly form: "table" | "json" | "csv";
  readonly topK: number;
  readonly sheet: string | undefined;
  readonly gpu: ProviderName;
}

/**
 * Prints the most likely classes of each image. Files that cannot be read are listed and counted.
 * @returns the exit code: 0, or 3 if no image could be read
 * @throws ConfigError, DataError, GpuError
 */
export async function predict(host: PredictHost, args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const files = await findPictures(host, options.inputs);
  const classifier = await openClassifier(host, options.model, options.gpu);
  try {
    const { result, thumbnails } = await predictAll(host, classifier, files, options);
    if (options.sheet !== undefined) {
      await host.writeAtomic(options.sheet, new TextEncoder().encode(await contactSheet(result, thumbnails)));
    }
    show(host, result, options);
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
  const gpu = (given.get("gpu") ?? DEFAULT_PROVIDER) as ProviderName;
  const form = given.has("json") ? "json" : given.has("csv") ? "csv" : "table";
  return { model, inputs, form, topK, sheet, gpu };
}

/** Predicts batch by batch, so that only one batch of images is in memory. */
async function predictAll(
  host: PredictHost,
  classifier: Classifier,
  files: readonly PictureFile[],
  { topK, sheet }: Options,
): Promise<{ result: Predictions; thumbnails: string[] }> {
  const { classes } = classifier.card;
  const predictions: Prediction[] = [], unreadable: Unreadable[] = [], thumbnails: string[] = [];
  for (let start = 0; start < files.length; start += BATCH) {
    if (host.signal.aborted) {
      throw new InterruptedError(`The prediction was interrupted after ${start} images`);
    }
    const batch = files.slice(start, start + BATCH);
    const decoded = await Promise.all(batch.map((file) => decodeFile(host, file)));
    const read = decoded.flatMap((one, i) =>
      "picture" in one ? [{ file: batch[i].name, picture: one.picture }] : []
    );
    decoded.forEach((one, i) => {
      if ("reason" in one) unreadable.push({ path: batch[i].name, reason: one.reason });
    });
    const logits = await classifier.logits(read.map(({ picture }) => picture));
    for (const [i, { file, picture }] of read.entries()) {
      const row = logits.subarray(i * classes.length, (i + 1) * classes.length);
      predictions.push({ file, guesses: guesses(row, classes, Math.min(topK, classes.length)) });
      if (sheet !== undefined) thumbnails.push(await thumbnail(picture, host.encodeJpeg));
    }
  }
  const { path: model, runtime, card } = classifier;
  return { result: { model, runtime, card, predictions, unreadable }, thumbnails };
}

function show(host: PredictHost, result: Predictions, { form, sheet, topK }: Options): void {
  const { card, runtime, predictions, unreadable } = result;
  if (form === "json") return host.print(asJson(result));
  if (form === "csv") {
    return asCsv(result, Math.min(topK, card.classes.length)).forEach((line) => host.print(line));
  }
  asTable(result).forEach((line) => host.print(line));
  if (predictions.length > 0) host.print("");
  host.print(
    `${predictions.length} of ${
      predictions.length + unreadable.length
    } images classified by ${result.model} ` +
      `(${card.model ?? "a model"} in ${runtime}, ${card.classes.length} classes, ${card.imageSize} px)`,
  );
  if (sheet !== undefined) host.print(`contact sheet: ${sheet}`);
  for (const { path, reason } of unreadable) host.print(`unreadable: ${path}: ${reason}`, "warning");
}
