/** Checkpoints: a model's state dict as safetensors under torchvision's names, with what it was trained on. */
import { DataError } from "../base/errors.ts";
import { sameShape } from "../base/shape.ts";
import {
  readSafetensors,
  type Safetensors,
  type StoredTensor,
  toFloat32,
  writeSafetensors,
} from "../formats/safetensors.ts";
import type { StateTensor } from "../nn/parameters.ts";
import type { Model } from "../nn/resnet.ts";

/** What a checkpoint says of itself. */
export interface CheckpointInfo {
  readonly epoch: number;
  readonly step: number;
  /** Class names in the order of the logits. */
  readonly classes: readonly string[];
  /** Side of the images that the model saw, in pixels. */
  readonly imageSize: number;
  /** Validation top-1, 0 .. 1, or NaN where there was no validation. */
  readonly accuracy: number;
}

/** The model's state as the bytes of a .safetensors file. Waits for the GPU. */
export async function encodeCheckpoint(model: Model, info: CheckpointInfo): Promise<Uint8Array> {
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
  return writeSafetensors(
    tensors,
    new Map([
      ["format", "pt"],
      ["wgrad.model", model.name],
      ["wgrad.classes", JSON.stringify(info.classes)],
      ["wgrad.image_size", String(info.imageSize)],
      ["wgrad.epoch", String(info.epoch)],
      ["wgrad.step", String(info.step)],
      ["wgrad.val_acc_top1", String(info.accuracy)],
    ]),
  );
}

/**
 * Puts a checkpoint's state into a model. A classifier (fc) of another size, as in ImageNet's weights, is left as it
 * is and named in the result.
 * @returns the names that were skipped
 * @throws DataError if the file is damaged, holds another architecture, or names other classes in another order
 */
export function loadCheckpoint(
  model: Model,
  bytes: Uint8Array,
  path: string,
  classes: readonly string[],
): string[] {
  const { tensors, metadata } = parse(bytes, path);
  const named = metadata.get("wgrad.classes");
  if (named !== undefined && named !== JSON.stringify(classes)) {
    throw new DataError(
      `Cannot load ${path} as it was trained on the classes ${named}: the data has ${
        JSON.stringify(classes)
      }`,
    );
  }
  const state = new Map<string, StateTensor>();
  for (const [name, tensor] of tensors) state.set(name, { shape: tensor.shape, values: toFloat32(tensor) });
  const fresh = mismatchedHead(model, state);
  try {
    model.parameters.load(state, fresh);
  } catch (error) {
    throw new DataError(`Cannot load ${path} into ${model.name}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const batches = tensors.get("bn1.num_batches_tracked");
  if (batches) model.parameters.batches = toFloat32(batches)[0];
  return [...fresh];
}

/** The file's tensors and metadata. */
function parse(bytes: Uint8Array, path: string): Safetensors {
  try {
    return readSafetensors(bytes);
  } catch (error) {
    throw new DataError(`Cannot load ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** The classifier's names, if the file's is of another size than the model's. */
function mismatchedHead(model: Model, state: ReadonlyMap<string, StateTensor>): Set<string> {
  const head = model.parameters.parameters.filter(({ name }) => name.startsWith("fc."));
  const fits = head.every(({ name, declaration }) => {
    const tensor = state.get(name);
    return tensor && sameShape(tensor.shape, declaration.torchShape);
  });
  return new Set(fits ? [] : head.map(({ name }) => name));
}
