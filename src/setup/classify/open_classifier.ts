/** Opens a model by its path: checkpoints in the engine, ONNX files in ONNX Runtime. */
import { openDevice } from "../../core/device.ts";
import { watchCompiling } from "../../core/kernel.ts";
import type { ProviderName } from "../../core/providers/mod.ts";
import type { Host } from "../host.ts";
import { openModelFile } from "../open_weights.ts";
import { checkpointClassifier, openCheckpoint } from "./checkpoint_classifier.ts";
import type { Classifier } from "./classifier.ts";
import { isOnnx } from "./is_onnx.ts";
import { onnxClassifier } from "./onnx_classifier.ts";

/** The parts of a host needed to open a model. */
export type ModelHost = Pick<Host, "openOnnx" | "openGpu" | "openFile" | "readFile">;

/** How a model is opened. */
export interface OpenOptions {
  /** Which WebGPU runs a checkpoint. */
  readonly gpu?: ProviderName;
  /** At most so many images in one pass. */
  readonly pictures?: number;
  /** Told how many kernels have been compiled, whenever one is. */
  readonly compiling?: (kernels: number) => void;
}

/**
 * Opens a checkpoint or an ONNX file. Closing the classifier also closes the device.
 * @throws DataError if the file is missing or damaged, GpuError
 */
export async function openClassifier(
  host: ModelHost,
  path: string,
  { gpu, pictures, compiling }: OpenOptions = {},
): Promise<Classifier> {
  if (await isOnnx(host, path)) return await onnxClassifier(host, path);
  const checkpoint = await openCheckpoint(await openModelFile(host, path));
  const device = await openDevice(await host.openGpu(gpu));
  try {
    const watching = compiling && watchCompiling(device, compiling);
    const classifier = await checkpointClassifier(device, checkpoint, pictures);
    const close = async () => {
      watching?.[Symbol.dispose]();
      await classifier.close();
      device.close();
    };
    return { ...classifier, close };
  } catch (error) {
    device.close();
    throw error;
  }
}
