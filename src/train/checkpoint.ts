/** Checkpoints: a model's state dict as safetensors under torchvision's names, with facts about its training. */
import type { ByteSource } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { formatShape, sameShape } from "../base/shape.ts";
import type { Step } from "../data/transforms/transform.ts";
import { type StoredTensor, toFloat32, writeSafetensors } from "../formats/safetensors.ts";
import type { StoredState } from "../nn/parameters.ts";
import type { Model } from "../nn/model.ts";
import { recognize } from "../nn/models/recognize.ts";
import type { Calibration } from "./calibration.ts";
import { checkpointWeights } from "./checkpoint_weights.ts";
import { classFault, readClasses, writeCard } from "./model_card.ts";

/** The facts about a model in every file of weights, and when it was saved. */
export interface SavedModel {
  readonly epoch: number;
  readonly step: number;
  /** Class names in the order of the logits. */
  readonly classes: readonly string[];
  /** Side of the network's input images, in pixels. */
  readonly imageSize: number;
  /** The transforms of evaluation, for users of the model outside wgrad. */
  readonly evalTransforms?: readonly Step[] | undefined;
  /** What a validation of these weights says of their confidences. */
  readonly calibration?: Calibration | undefined;
}

/** The facts in a checkpoint of the model alone. */
export interface CheckpointInfo extends SavedModel {
  /** Validation top-1, 0 .. 1, or NaN without validation. */
  readonly accuracy: number;
}

/** The metadata shared by checkpoints of a model and of a whole run. */
export function checkpointMetadata(
  { name: model, options }: Model,
  { epoch, step, classes, imageSize, evalTransforms: steps, calibration }: SavedModel,
): [key: string, text: string][] {
  return [
    ["format", "pt"],
    ...writeCard({ model, options, classes, imageSize, steps, calibration }),
    ["wgrad.epoch", String(epoch)],
    ["wgrad.step", String(step)],
  ];
}

/** The model's state as stored tensors, with the counters of PyTorch's batch norms. Waits for the GPU. */
export async function modelTensors(model: Model): Promise<Map<string, StoredTensor>> {
  const state = await model.parameters.state();
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { shape, values }] of state) {
    tensors.set(name, { dtype: "F32", shape: [...shape], data: values });
    if (!name.endsWith(".running_var")) continue;
    const batches = BigInt64Array.of(BigInt(model.parameters.batches));
    tensors.set(name.replace("running_var", "num_batches_tracked"), {
      dtype: "I64",
      shape: [],
      data: batches,
    });
  }
  return tensors;
}

/** The model's state as the bytes of a .safetensors file. Waits for the GPU. */
export async function encodeCheckpoint(model: Model, info: CheckpointInfo): Promise<Uint8Array> {
  return writeSafetensors(
    await modelTensors(model),
    new Map([...checkpointMetadata(model, info), ["wgrad.val_acc_top1", String(info.accuracy)]]),
  );
}

/** What is to be said about a file whose weights were loaded. */
export interface Loaded {
  /**
   * What got initial values: the head's parameters if the file's have another size, are missing or are for other
   * classes, and layers that an option of the model has replaced if the file's have another size.
   */
  readonly fresh: readonly string[];
  /** How the file's classes differ from the data's, where they do. */
  readonly otherClasses?: string;
  /** Tensors besides the model, such as a loss's weights in a trainer's checkpoint, or another classifier. */
  readonly aside: readonly string[];
  /** Which weights were taken and how to get the others, if the file has several. */
  readonly choice?: string;
}

/** What to load, and for which data. */
export interface LoadOptions {
  /** Class names in the order of the logits. */
  readonly classes: readonly string[];
  /** The place of the weights in the file, where it has several: `state_dict_ema`, or `top` for those without one. */
  readonly key?: string | undefined;
  /** False to refuse a head of another size or for other classes, which only a training can begin anew. */
  readonly freshHead?: boolean;
}

/**
 * Loads the state of a file into a model, tensor by tensor: a checkpoint, or any file that {@link readWeights} opens
 * and that has weights of the model, whatever wraps them, under torchvision's names or Hugging Face's. Averaged weights
 * are used if they were validated. A head of another size, as in ImageNet's weights, one for other classes, or another
 * one is not loaded.
 * @throws DataError if the file is damaged or has another architecture
 */
export async function loadCheckpoint(
  model: Model,
  source: ByteSource,
  { classes, key, freshHead = true }: LoadOptions,
): Promise<Loaded> {
  const networks = () => [{ name: model.name, layers: model.layers }];
  const { weights, metadata, aside, choice } = await checkpointWeights(source, { networks, key });
  const otherClasses = classFault(readClasses(metadata, source.name) ?? classes, classes);
  if (otherClasses !== undefined && !freshHead) {
    throw new DataError(`Cannot load ${source.name}: ${otherClasses}`);
  }
  const state = new Map<string, StoredState>();
  for (const [name, tensor] of weights) {
    if (name.endsWith(COUNTER)) continue;
    state.set(name, { shape: tensor.shape, values: async () => toFloat32(await tensor.load()) });
  }
  const head = otherClasses === undefined ? mismatchedHead(model, state) : new Set(model.head.parameters);
  const replaced = mismatchedLayers(model, state);
  if (head.size > 0 && !freshHead) throw otherHead(source.name, [...head], state, classes.length);
  if (replaced.size > 0 && !freshHead) throw otherLayers(source.name, model, [...replaced][0], state);
  const fresh = head.union(replaced);
  const fault = model.parameters.faultOf(state, fresh);
  if (fault !== undefined) {
    throw new DataError(
      `Cannot load ${source.name} into ${model.name} because ${fault}${cureFor(model, state)}`,
    );
  }
  await model.parameters.loadStored(state, fresh);
  const [statistic] = model.parameters.buffers;
  const batches = statistic && weights.get(statistic.name.replace(/\.\w+$/, COUNTER));
  if (batches) model.parameters.batches = toFloat32(await batches.load())[0];
  const anew = [...head, ...replaced.size > 0 ? model.replaced : []];
  return {
    fresh: anew,
    aside,
    ...(choice !== undefined && { choice }),
    ...(otherClasses !== undefined && { otherClasses }),
  };
}

function otherHead(
  path: string,
  names: readonly string[],
  state: ReadonlyMap<string, StoredState>,
  classes: number,
): DataError {
  const has = names.map((name) =>
    `${name} ${state.has(name) ? formatShape(state.get(name)!.shape) : "missing"}`
  );
  return new DataError(
    `Cannot load ${path}: its classifier (${
      has.join(", ")
    }) is not for the ${classes} classes of the data; ` +
      `train it on them first, with model.weights=${path}`,
  );
}

function otherLayers(
  path: string,
  { options }: Model,
  first: string,
  state: ReadonlyMap<string, StoredState>,
): DataError {
  const chosen = Object.entries(options).map(([key, value]) => `model.${key}=${value}`).join(" ");
  return new DataError(
    `Cannot load ${path}: its ${first} ${
      formatShape(state.get(first)!.shape)
    } is not that of ${chosen}; leave that ` +
      `out, or train it first, with model.weights=${path}`,
  );
}

/** How to make a file fit, as a line of a message, where it is known. */
function cureFor(model: Model, state: ReadonlyMap<string, StoredState>): string {
  if (hasFoldedNorms(model, state)) {
    return "\n- its batch norms are folded into its convolutions: export it with --batch-norm kept";
  }
  const name = recognize(state)?.name;
  return name === undefined || name === model.name
    ? ""
    : `\n- its tensors are those of ${name}: use model=${name}`;
}

/** PyTorch counts the batches of each norm, but reads the counters only if momentum is None. */
const COUNTER = ".num_batches_tracked";

/** Whether convolutions have biases in place of the norms after them, as in ONNX files for inference. */
function hasFoldedNorms({ layers }: Model, state: ReadonlyMap<string, StoredState>): boolean {
  const norm = layers.find(({ kind }) => kind === "batch_norm");
  return norm !== undefined && state.has(`${norm.inputs[0]}.bias`) && !state.has(`${norm.name}.weight`);
}

/** The head's parameters, if the file's have another size than the model's. */
function mismatchedHead({ head, parameters }: Model, state: ReadonlyMap<string, StoredState>): Set<string> {
  const fits = parameters.parameters.filter(({ name }) => head.parameters.includes(name))
    .every(({ name, declaration }) => {
      const tensor = state.get(name);
      return tensor && sameShape(tensor.shape, declaration.torchShape);
    });
  return new Set(fits ? [] : head.parameters);
}

/** The tensors of replaced layers, if the file has one of another size. */
function mismatchedLayers(
  { replaced, parameters: { parameters, buffers } }: Model,
  state: ReadonlyMap<string, StoredState>,
): Set<string> {
  const own = [...parameters, ...buffers].filter(({ name }) =>
    replaced.includes(name.slice(0, name.lastIndexOf(".")))
  );
  const differs = own.some(({ name, declaration: { torchShape } }) => {
    const tensor = state.get(name);
    return tensor !== undefined && !sameShape(tensor.shape, torchShape);
  });
  return new Set(differs ? own.map(({ name }) => name) : []);
}
