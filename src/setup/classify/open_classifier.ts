/** Opens a model by its path: checkpoints in the engine, ONNX files in ONNX Runtime. */
import { openDevice } from "../../core/device.ts";
import type { ProviderName } from "../../core/providers/mod.ts";
import type { Host } from "../host.ts";
import { openModelFile } from "../open_weights.ts";
import { checkpointClassifier, openCheckpoint } from "./checkpoint_classifier.ts";
import type { Classifier } from "./classifier.ts";
import { isOnnx } from "./is_onnx.ts";
import { onnxClassifier } from "./onnx_classifier.ts";

/** The parts of a host needed to open a model. */
export type ModelHost = Pick<Host, "openOnnx" | "openGpu" | "openFile" | "readFile">;

/**
 * Opens a checkpoint or an ONNX file. Closing the classifier also closes the device.
 * @throws DataError if the file is missing or damaged, GpuError
 */
export async function openClassifier(
  host: ModelHost,
  path: string,
  gpu?: ProviderName,
): Promise<Classifier> {
  if (await isOnnx(host, path)) return await onnxClassifier(host, path);
  const checkpoint = await openCheckpoint(await openModelFile(host, path));
  const device = await openDevice(await host.openGpu(gpu));
  try {
    const classifier = await checkpointClassifier(device, checkpoint);
    const close = async () => {
      await classifier.close();
      device.close();
    };
    return { ...classifier, close };
  } catch (error) {
    device.close();
    throw error;
  }
}
