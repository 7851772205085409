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
import { tensorsIn } from "./tensors_in.ts";
import { PickleFault } from "./values.ts";
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
    const tensors = [...tensorsIn(value)].map(([name, tensor]): [string, TensorInFile] => {
      return [name, tensorInFile(source, tensor, place)];
    });
    return { tensors: new Map(tensors), metadata: new Map() };
  } catch (error) {
    if (!(error instanceof PickleFault)) throw error;
    throw new DataError(`Cannot load ${source.name}: ${error.message}`, { cause: error });
  }
}
