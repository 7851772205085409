/** What a model's file says of itself, and what of a configuration follows from it. */
import { ConfigError } from "../../base/errors.ts";
import { configSchema, keyRows } from "../../config/mod.ts";
import type { ModelCard } from "../../train/model_card.ts";
import type { Host } from "../host.ts";
import { DEFAULT_WEIGHTS } from "../open_weights.ts";
import { openCheckpoint } from "./checkpoint_classifier.ts";
import { describeOnnx } from "./onnx_classifier.ts";

/** The parts of a card that a file says itself. */
export type FileCard = Partial<ModelCard>;

/** What a file says of its model; undefined for weights that are known by name only. */
export async function fileCard(
  host: Pick<Host, "openFile" | "readFile">,
  path: string,
): Promise<FileCard | undefined> {
  if (path === DEFAULT_WEIGHTS) return undefined;
  const { card, missing } = /\.onnx$/i.test(path)
    ? await describeOnnx(host, path)
    : await openCheckpoint(await host.openFile(path));
  const { model, options, classes, imageSize, steps, input } = card;
  return {
    input,
    ...(model && { model }),
    ...(options && { options }),
    ...(!missing.includes("class names") && { classes }),
    ...(!missing.includes("image size") && { imageSize }),
    ...(!missing.includes("preprocessing") && { steps }),
  };
}

/**
 * Overrides with the model's file by key, behind what that file says of architecture and image size. The path may
 * stand by itself, as the first word.
 * @throws ConfigError if what the file says is to be changed, DataError if it is missing or damaged
 */
export async function withModelFile(
  host: Pick<Host, "openFile" | "readFile">,
  overrides: readonly string[],
): Promise<string[]> {
  const [first, ...others] = overrides;
  const isPath = first !== undefined && isModelPath(first);
  const given = isPath ? first : pathByKey(overrides);
  if (given === undefined) return [...overrides];
  // Hydra's grammar ends a plain value at "=", which names of checkpoints have.
  const isPlain = (text: string) => /^\+*model\.weights=[^"'].*=/.test(text);
  const rest = isPath
    ? others
    : overrides.map((text) => isPlain(text) ? text.slice(0, text.indexOf("=") + 1) + quoted(given) : text);
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
    ...(isPath ? [`model.weights=${quoted(given)}`] : []),
    ...rest,
  ];
}

/** A path may have "=" in it, as in `epoch=07-val_acc=0.9312.safetensors`; what is no key is a path. */
function isModelPath(text: string): boolean {
  if (!/\.(safetensors|onnx|pth|pt|ckpt)$/i.test(text)) return false;
  const key = /^[~+]*([\w.@/]+)=/.exec(text)?.[1];
  return key === undefined || !keyRows(configSchema).some((row) => row.key === key);
}

function pathByKey(overrides: readonly string[]): string | undefined {
  const text = overrides.findLast((text) => /^\+*model\.weights=./.test(text));
  const value = text?.slice(text.indexOf("=") + 1);
  return value === undefined || value === "null" ? undefined : value.replace(/^(["'])(.*)\1$/, "$2");
}

/** As a quoted string of Hydra's grammar. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
