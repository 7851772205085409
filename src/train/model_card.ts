/**
 * The facts about the model in a file of weights: architecture, class names and the preparation of images. A
 * checkpoint and its ONNX file record them in the same form, so that both receive the same images.
 */
import * as z from "zod";
import { ConfigError, DataError } from "../base/errors.ts";
import { fewQuoted } from "../base/few.ts";
import { excerpt } from "../base/excerpt.ts";
import { defaultEvalSteps, type Pipeline, pipeline } from "../data/transforms/pipeline.ts";
import type { Step } from "../data/transforms/transform.ts";
import { type Calibration, calibrationSchema } from "./calibration.ts";
import { architecture, type ChosenModel, type ModelName, modelNames } from "../nn/models/mod.ts";

/** The model's input: normalised images, values in 0 .. 1, or 8-bit pixels of any size. */
export type ModelInput = "normalized" | "unit" | "pixels";

/** What is known about a model. */
export interface ModelCard {
  /** Undefined if the file does not record it. */
  readonly model: ModelName | undefined;
  /** The architecture's own options, if it has any. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Class names in the order of the logits. */
  readonly classes: readonly string[];
  /** Side of the network's input images, in pixels. */
  readonly imageSize: number;
  /** The transforms of evaluation, as `pipeline()` takes them. */
  readonly steps: readonly Step[];
  readonly input: ModelInput;
  /** What its validation said of its confidences; absent if nothing calibrated them. */
  readonly calibration?: Calibration | undefined;
}

/** The keys in a file's metadata. */
export const CARD = {
  model: "wgrad.model",
  options: "wgrad.model_options",
  classes: "wgrad.classes",
  imageSize: "wgrad.image_size",
  steps: "wgrad.eval_transforms",
  input: "wgrad.input",
  calibration: "wgrad.calibration",
} as const;

/** A card to write; undefined fields are omitted from the file. */
export interface CardToWrite {
  readonly model: string | undefined;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly classes: readonly string[];
  readonly imageSize: number;
  readonly steps?: readonly Step[] | undefined;
  /** A file without it has the default, normalised images. */
  readonly input?: ModelInput | undefined;
  readonly calibration?: Calibration | undefined;
}

/** A card as a file's metadata: of a checkpoint, of a model alone, and of an ONNX file. */
export function writeCard(card: CardToWrite): [key: string, text: string][] {
  const { model, options = {}, classes, imageSize, steps, input, calibration } = card;
  const texts: [key: string, text: string | undefined][] = [
    [CARD.model, model],
    [CARD.options, Object.keys(options).length > 0 ? JSON.stringify(options) : undefined],
    [CARD.classes, JSON.stringify(classes)],
    [CARD.imageSize, String(imageSize)],
    [CARD.steps, steps && JSON.stringify(steps)],
    [CARD.input, input],
    [CARD.calibration, calibration && JSON.stringify(calibration)],
  ];
  return texts.filter((entry): entry is [string, string] => entry[1] !== undefined);
}

const classNames = z.array(z.string()).min(1);
const stepList = z.array(z.union([z.string(), z.record(z.string(), z.unknown())])).max(32);
const side = z.coerce.number().int().min(1).max(16384);

/** Defaults for what a file does not record. */
export interface CardDefaults {
  /** Number of classes, which are then named by their index. */
  readonly classes: number;
  readonly imageSize: number;
  readonly steps?: readonly Step[] | undefined;
}

/**
 * The card in a file's metadata, completed by `defaults`; `missing` lists what was not in the file.
 * @throws DataError if an entry is invalid
 */
export function readCard(
  metadata: ReadonlyMap<string, string>,
  path: string,
  defaults: CardDefaults,
): { card: ModelCard; missing: string[] } {
  const missing: string[] = [];
  const read = <T>(key: keyof typeof CARD, parse: (text: string) => T, otherwise: () => T): T => {
    const text = metadata.get(CARD[key]);
    if (text === undefined) {
      missing.push(WORDS[key]);
      return otherwise();
    }
    return parsed(key, text, path, parse);
  };
  const imageSize = read("imageSize", (text) => side.parse(text), () => defaults.imageSize);
  const card: ModelCard = {
    model: read("model", parseModel, () => undefined),
    ...(metadata.has(CARD.options) && { options: read("options", parseOptions, () => ({})) }),
    classes: read(
      "classes",
      parseClasses,
      () => Array.from({ length: defaults.classes }, (_, i) => String(i)),
    ),
    imageSize,
    steps: read(
      "steps",
      (text) => stepList.parse(JSON.parse(text)),
      () => [...defaults.steps ?? defaultEvalSteps(imageSize)],
    ),
    input: metadata.has(CARD.input)
      ? read("input", (text) => z.enum(["normalized", "unit", "pixels"]).parse(text), () => "normalized")
      : "normalized",
    ...(metadata.has(CARD.calibration) && {
      calibration: read("calibration", (text) => calibrationSchema.parse(JSON.parse(text)), () => undefined),
    }),
  };
  requireOwn(card, path);
  if (card.classes.length !== defaults.classes) {
    throw new DataError(
      `Cannot use ${path}: it names ${card.classes.length} classes, its model has ${defaults.classes}`,
    );
  }
  return { card, missing };
}

/** Requires that a calibration is of the card's own classes. @throws DataError if it is of others */
function requireOwn({ classes, calibration }: ModelCard, path: string): void {
  if (calibration === undefined) return;
  if (classFault(classes, calibration.classes.map(({ label }) => label)) === undefined) return;
  throw new DataError(`Cannot use ${path}: its "${CARD.calibration}" is of other classes than the model's`);
}

/** The class names in a file's metadata; undefined if they are not recorded. @throws DataError like {@link readCard} */
export function readClasses(metadata: ReadonlyMap<string, string>, path: string): string[] | undefined {
  const text = metadata.get(CARD.classes);
  return text === undefined ? undefined : parsed("classes", text, path, parseClasses);
}

/** How the classes of a model and of a dataset differ, as the end of a message; undefined if they do not. */
export function classFault(model: readonly string[], data: readonly string[]): string | undefined {
  const first = Array.from({ length: Math.max(model.length, data.length) }, (_, i) => i)
    .find((i) => model[i] !== data[i]);
  if (first === undefined) return undefined;
  const at = (names: readonly string[]) => names[first] === undefined ? "none" : excerpt(names[first]);
  return `its ${model.length} classes are ${fewQuoted(model)}, but the ${data.length} of the data are ` +
    `${fewQuoted(data)}; the first that differs is number ${first}, ${at(model)} and ${at(data)}`;
}

/** The architecture in a file's metadata; undefined if it is not recorded. @throws DataError like {@link readCard} */
export function readArchitecture(
  metadata: ReadonlyMap<string, string>,
  path: string,
): ChosenModel | undefined {
  const text = metadata.get(CARD.model), options = metadata.get(CARD.options) ?? "{}";
  if (text === undefined) return undefined;
  const name = parsed("model", text, path, parseModel);
  return parsed("options", options, path, (text) => {
    const chosen = { name, options: parseOptions(text) };
    architecture(chosen, 1); // rejects options that it does not have
    return chosen;
  });
}

function parseClasses(text: string): string[] {
  return classNames.parse(JSON.parse(text));
}

function parseOptions(text: string): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}

function parseModel(text: string): ModelName {
  return z.enum(modelNames).parse(text);
}

function parsed<T>(key: keyof typeof CARD, text: string, path: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (cause) {
    throw new DataError(
      `Cannot use ${path}: its "${CARD[key]}" is damaged, current value is ${excerpt(text)}`,
      {
        cause,
      },
    );
  }
}

const WORDS: Readonly<Record<keyof typeof CARD, string>> = {
  model: "architecture",
  options: "the architecture's options",
  classes: "class names",
  imageSize: "image size",
  steps: "preprocessing",
  input: "input",
  calibration: "calibration",
};

/** The transforms of a card. @throws DataError if evaluation cannot use them */
export function cardPipeline({ steps, imageSize }: ModelCard, path: string): Pipeline {
  try {
    return pipeline(steps, { imageSize, purpose: "eval" });
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new DataError(`Cannot use the preprocessing in ${path}: ${cause.message}`, { cause });
  }
}
