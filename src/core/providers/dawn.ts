/** `gpu=dawn`: Dawn, Chrome's WebGPU, from the optional npm package `webgpu` (https://github.com/dawn-gpu/node-webgpu). */
import { firstLineOf, GpuError } from "../../base/errors.ts";
import type { Provider, ProviderWorld } from "./provider.ts";

export const dawn: Provider = {
  description: "Dawn, Chrome's WebGPU, from the npm package webgpu",
  open: openDawn,
};

/** The part of the npm package `webgpu` that is used. */
interface DawnPackage {
  create(options: string[]): GPU;
}

/**
 * Matrix units and timestamps are experiments; on older drivers of NVIDIA Dawn hides f16 because of graphics shaders,
 * which wgrad has none of. Timestamps are for profiling, so they are not rounded as for web pages.
 */
const OPTIONS = [
  "enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia",
  "disable-dawn-features=timestamp_quantization",
];

/** Dawn's instances. The package ends one with its GPU object, although devices opened from it are still in use. */
const instances: GPU[] = [];

async function openDawn({ importPackage }: ProviderWorld): Promise<GPU> {
  let gpu: GPU;
  try {
    gpu = (await importPackage("webgpu") as DawnPackage).create([...OPTIONS]);
  } catch (error) {
    throw new GpuError(
      "Cannot open a GPU with gpu=dawn because the npm package webgpu does not load " +
        `(${firstLineOf(error)}): run ./setup.sh --onnx, or use gpu=auto`,
      { cause: error },
    );
  }
  instances.push(gpu);
  if (await gpu.requestAdapter()) return gpu;
  throw new GpuError(
    "Cannot open a GPU with gpu=dawn because Dawn found no adapter that it accepts: install the GPU's Vulkan " +
      "driver, or use gpu=auto. Of the software GPUs Dawn takes SwiftShader, but not Mesa 22: set VK_ICD_FILENAMES " +
      "to the vk_swiftshader_icd.json in Chromium's folder",
  );
}
