/** Checkpoints: a model's state dict as safetensors under torchvision's names, with facts about its training. */
import type { ByteSource } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { sameShape } from "../base/shape.ts";
import type { Step } from "../data/transforms/transform.ts";
import { type StoredTensor, toFloat32, writeSafetensors } from "../formats/safetensors.ts";
import type { StoredState } from "../nn/parameters.ts";
import type { Model } from "../nn/model.ts";
import { checkpointWeights } from "./checkpoint_weights.ts";
import { CARD, writeCard } from "./model_card.ts";

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
}

/** The facts in a checkpoint of the model alone. */
export interface CheckpointInfo extends SavedModel {
  /** Validation top-1, 0 .. 1, or NaN without validation. */
  readonly accuracy: number;
}

/** The metadata shared by checkpoints of a model and of a whole run. */
export function checkpointMetadata(
  { name: model, options }: Model,
  { epoch, step, classes, imageSize, evalTransforms: steps }: SavedModel,
): [key: string, text: string][] {
  return [
    ["format", "pt"],
    ...writeCard({ model, options, classes, imageSize, steps }),
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

/** The parts of a file that were not loaded. */
export interface LeftOut {
  /** The head, if it has another size or is missing. */
  readonly skipped: readonly string[];
  /** Tensors besides the model, such as a loss's weights in a trainer's checkpoint. */
  readonly aside: readonly string[];
}

/**
 * Loads the state of a file into a model, tensor by tensor: a checkpoint, or any state dict under torchvision's names
 * that {@link readWeights} opens. Averaged weights are used if they were validated. A head of another size, as in
 * ImageNet's weights, is not loaded.
 * @throws DataError if the file is damaged, has another architecture, or names other classes or another order
 */
export async function loadCheckpoint(
  model: Model,
  source: ByteSource,
  classes: readonly string[],
): Promise<LeftOut> {
  const { weights: tensors, metadata, aside } = await checkpointWeights(source, { ema: true });
  const named = metadata.get(CARD.classes);
  if (named !== undefined && named !== JSON.stringify(classes)) {
    throw new DataError(
      `Cannot load ${source.name}: it was trained on the classes ${named}, the data has ${
        JSON.stringify(classes)
      }`,
    );
  }
  const state = new Map<string, StoredState>();
  for (const [name, tensor] of tensors) {
    if (name.endsWith(COUNTER)) continue;
    state.set(name, { shape: tensor.shape, values: async () => toFloat32(await tensor.load()) });
  }
  const fresh = mismatchedHead(model, state);
  const fault = model.parameters.faultOf(state, fresh);
  if (fault !== undefined) {
    const cure = hasFoldedNorms(model, state)
      ? "\n- its batch norms are folded into its convolutions: export it with --batch-norm kept"
      : "";
    throw new DataError(`Cannot load ${source.name} into ${model.name} because ${fault}${cure}`);
  }
  await model.parameters.loadStored(state, fresh);
  const [statistic] = model.parameters.buffers;
  const batches = statistic && tensors.get(statistic.name.replace(/\.\w+$/, COUNTER));
  if (batches) model.parameters.batches = toFloat32(await batches.load())[0];
  return { skipped: [...fresh], aside };
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
