/**
 * Weights written by torch.save (.pth, .pt, .ckpt), in either of its formats. The pickle inside is a program for
 * Python's unpickler; here it can only build plain data and tensors (see globals.ts), and everything else is rejected
 * by name.
 */
import type { ByteSource } from "../../base/byte_source.ts";
import { DataError } from "../../base/errors.ts";
import type { TensorInFile, WeightFile } from "../weight_file.ts";
import type { Contents } from "./contents.ts";
import { openLegacyForm } from "./legacy_form.ts";
import { tensorInFile } from "./tensor_reader.ts";
import { PickledTensor, PickleFault, type PickleValue } from "./values.ts";
import { openZipForm } from "./zip_form.ts";

/**
 * Opens a .zip of torch.save. @throws DataError if it is damaged, not such a file, or names anything but tensors and
 * data
 */
export function openTorchZip(source: ByteSource): Promise<WeightFile> {
  return open(source, openZipForm);
}

/** Opens a legacy torch.save file. @throws DataError like {@link openTorchZip} */
export function openTorchLegacy(source: ByteSource): Promise<WeightFile> {
  return open(source, openLegacyForm);
}

async function open(
  source: ByteSource,
  form: (source: ByteSource) => Promise<Contents>,
): Promise<WeightFile> {
  try {
    const { value, place } = await form(source);
    const tensors = new Map<string, TensorInFile>();
    for (const [name, tensor] of stateDict(value)) {
      if (tensor instanceof PickledTensor) tensors.set(String(name), tensorInFile(source, tensor, place));
    }
    return { tensors, metadata: new Map() };
  } catch (error) {
    if (!(error instanceof PickleFault)) throw error;
    throw new DataError(`Cannot load ${source.name}: ${error.message}`, { cause: error });
  }
}

/**
 * The keys under which trainers keep the state dict: Lightning and timm, Keras-like loops, torchvision's references.
 */
const WRAPPERS = ["state_dict", "model_state_dict", "model"];

/** The state dict in a checkpoint: the dict itself, or the one under a known key. */
function stateDict(value: PickleValue): Map<PickleValue, PickleValue> {
  if (!(value instanceof Map)) {
    throw new PickleFault("it does not contain a dict; need a state dict, or a checkpoint with one");
  }
  const inner = WRAPPERS.map((key) => value.get(key)).find((item) => item instanceof Map);
  const dict = inner instanceof Map ? inner : value;
  if ([...dict.values()].some((item) => item instanceof PickledTensor)) return dict;
  const keys = [...dict.keys()].slice(0, 8).map((key) =>
    typeof key === "string" ? JSON.stringify(key.slice(0, 40)) : typeof key
  );
  throw new PickleFault(
    `it contains no tensors, neither at the top nor under ${WRAPPERS.join(", ")}; its keys are ${
      keys.join(", ") || "none"
    }`,
  );
}
