/** `export`: writes a checkpoint as an ONNX file and checks it in ONNX Runtime. */
import { ConfigError, DataError } from "../base/errors.ts";
import { loadConfig } from "../config/mod.ts";
import { type Device, openDevice } from "../core/device.ts";
import { EVALUATED_SPLITS, type Split } from "../data/types.ts";
import { classFault } from "../train/model_card.ts";
import { onnxOptions } from "../train/onnx_options.ts";
import { parseArguments, usageLine } from "../launch/usage.ts";
import { openCheckpoint } from "../setup/classify/checkpoint_classifier.ts";
import { type CheckSet, exportCheckpoint } from "../setup/export/export_checkpoint.ts";
import type { Host } from "../setup/host.ts";
import { withDataPath } from "../setup/data_path.ts";
import { requireFolderOf } from "../setup/output_file.ts";
import { openModelFile } from "../setup/open_weights.ts";
import { type OpenPictures, openPictures } from "../setup/open_data.ts";
import { usages } from "./usages.ts";

const USAGE = usageLine(usages.export);

/**
 * Writes CHECKPOINT as ONNX, next to it or to --output. With a dataset the file is checked on its whole validation
 * split, without one on synthetic images.
 */
export async function exportTask(host: Host, args: readonly string[]): Promise<void> {
  const { flags: given, others: [checkpoint, ...rest] } = parseArguments(args, usages.export);
  const overrides = await withDataPath(host, rest);
  if (
    checkpoint === undefined || /^[~+]?[\w.@/]+=/.test(checkpoint) && !checkpoint.endsWith(".safetensors")
  ) {
    throw new ConfigError(`Cannot export: no checkpoint given. Usage: ${USAGE}`);
  }
  const options = onnxOptions.parse({
    opset: given.has("opset") ? Number(given.get("opset")) : undefined,
    normalize: given.has("normalize"),
    preprocess: given.get("preprocess") || given.has("preprocess"),
    softmax: given.has("softmax"),
    batch_norm: given.get("batch-norm"),
    weights: given.get("weights"),
  });
  const path = given.get("output") ?? checkpoint.replace(/\.\w+$/, "") + ".onnx";
  if (!path.endsWith(".onnx")) {
    throw new ConfigError(`Cannot export to ${path}: its name must end with .onnx`);
  }
  await requireFolderOf(host, "--output", given.get("output"));
  const config = overrides.length === 0
    ? undefined
    : loadConfig(host.configFiles, overrides, { world: host.configWorld });
  using data = config && await openPictures(host, config, EVALUATED_SPLITS);
  const checkSet = data && await validation(host, data, checkpoint);
  let device: Device | undefined;
  const open = async () => device = await openDevice(await host.openGpu(config?.gpu));
  try {
    await exportCheckpoint(host, { checkpoint, path, options, checkSet, openDevice: open });
  } finally {
    device?.close();
  }
}

/** The validation split of a dataset with the checkpoint's classes, or the test split if there is none. */
async function validation(
  host: Host,
  { dataset, store }: OpenPictures,
  path: string,
): Promise<CheckSet> {
  const { card } = await openCheckpoint(await openModelFile(host, path));
  const differing = classFault(card.classes, dataset.classes);
  if (differing !== undefined) throw new DataError(`Cannot check ${path} on ${dataset.root}: ${differing}`);
  const pictures = (name: Split) => store(name).pictures;
  const split = pictures("valid").length > 0 ? "valid" : "test";
  if (pictures(split).length === 0) {
    throw new DataError(`Cannot check ${path}: ${dataset.root} has no validation and no test images`);
  }
  return {
    name: split === "valid" ? "validation images" : "test images",
    pictures: pictures(split),
  };
}
