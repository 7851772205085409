/** What a model file says about its model, and the configuration values that follow from it. */
import { ConfigError } from "../../base/errors.ts";
import { configSchema, keyRows, quotedValue } from "../../config/mod.ts";
import type { ModelCard } from "../../train/model_card.ts";
import type { Host } from "../host.ts";
import { DEFAULT_WEIGHTS, openModelFile } from "../open_weights.ts";
import { openCheckpoint } from "./checkpoint_classifier.ts";
import { isOnnx } from "./is_onnx.ts";
import { describeOnnx } from "./describe_onnx.ts";

/** The parts of a card that the file itself provides. */
export type FileCard = Partial<ModelCard>;

/** The description in a model file; undefined for weights that are only identified by name. */
export async function fileCard(
  host: Pick<Host, "openFile" | "readFile">,
  path: string,
): Promise<FileCard | undefined> {
  if (path === DEFAULT_WEIGHTS) return undefined;
  const { card, missing } = await isOnnx(host, path)
    ? await describeOnnx(host, path)
    : await openCheckpoint(await openModelFile(host, path));
  const { model, options, classes, imageSize, steps, input, calibration } = card;
  return {
    input,
    ...(calibration && { calibration }),
    ...(model && { model }),
    ...(options && { options }),
    ...(!missing.includes("class names") && { classes }),
    ...(!missing.includes("image size") && { imageSize }),
    ...(!missing.includes("preprocessing") && { steps }),
  };
}

/**
 * Rewrites overrides to give the model file by key, preceded by the architecture and image size that it
 * specifies. The path may be given without a key, as the first word.
 * @throws ConfigError if an override contradicts the file, DataError if the file is missing or damaged
 */
export async function withModelFile(
  host: Pick<Host, "openFile" | "readFile">,
  overrides: readonly string[],
): Promise<string[]> {
  const [first, ...others] = overrides;
  const isPath = first !== undefined && isModelPath(first);
  const given = isPath ? first : pathByKey(overrides);
  if (given === undefined) return [...overrides];
  const rest = isPath ? others : overrides;
  const card = await fileCard(host, given);
  const fixed = card?.steps && rest.find((text) => /^[~+]*transforms[.=]/.test(text));
  if (fixed) {
    throw new ConfigError(`Cannot use ${fixed}: images are prepared as ${given} requires; leave it out`);
  }
  const size = rest.find((text) => /^\+*data\.image_size=/.test(text))?.split("=")[1];
  if (size !== undefined && card?.imageSize !== undefined && Number(size) !== card.imageSize) {
    throw new ConfigError(
      `Cannot use data.image_size=${size}: ${given} is for ${card.imageSize}; leave it out`,
    );
  }
  return [
    ...(card?.model ? [`model.name=${card.model}`] : []),
    ...Object.entries(card?.options ?? {}).map(([key, value]) => `++model.${key}=${JSON.stringify(value)}`),
    ...(card?.imageSize ? [`data.image_size=${card.imageSize}`] : []),
    ...(isPath ? [`model.weights=${quotedValue(given)}`] : []),
    ...rest,
  ];
}

/** A path may contain "=", as in `epoch=07-val_acc=0.9312.safetensors`; text that is not a key is a path. */
export function isModelPath(text: string): boolean {
  if (!/\.(safetensors|onnx|pth|pt|ckpt|bin)(:[\w.-]+)?$/i.test(text)) return false;
  const key = /^[~+]*([\w.@/]+)=/.exec(text)?.[1];
  return key === undefined || !keyRows(configSchema).some((row) => row.key === key);
}

function pathByKey(overrides: readonly string[]): string | undefined {
  const text = overrides.findLast((text) => /^\+*model\.weights=./.test(text));
  const value = text?.slice(text.indexOf("=") + 1);
  return value === undefined || value === "null" ? undefined : value.replace(/^(["'])(.*)\1$/, "$2");
}
