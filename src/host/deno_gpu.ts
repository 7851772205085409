/**
 * Where Deno's engine gets its GPU from: Deno's own WebGPU (wgpu), or Dawn, Chrome's WebGPU, from the optional npm
 * package `webgpu`. Dawn is imported only when it is asked for.
 */
import { GpuError } from "../base/errors.ts";

/** `auto`: Deno's own WebGPU. `dawn`: Chrome's, from the npm package `webgpu`. */
export type GpuChoice = "auto" | "dawn";

/**
 * The GPU object to open a device from.
 * @throws GpuError with the cure if this Deno has no WebGPU, or Dawn is not installed or finds no adapter
 * @example const device = await openDevice(await openGpu("auto"));
 */
export async function openGpu(choice: GpuChoice = "auto"): Promise<GPU> {
  prepareEnvironment();
  return choice === "dawn" ? await openDawn() : openDeno();
}

/**
 * Mesa prints an error line for every Vulkan instance while XDG_RUNTIME_DIR is unset, although headless it never uses
 * it. And without a Vulkan driver Deno on Linux would take OpenGL and not say so: slower, and with other limits.
 */
function prepareEnvironment(): void {
  const setDefault = (name: string, value: string) => Deno.env.get(name) ?? Deno.env.set(name, value);
  setDefault("XDG_RUNTIME_DIR", "/tmp");
  if (Deno.build.os === "linux") setDefault("DENO_WEBGPU_BACKEND", "vulkan");
}

function openDeno(): GPU {
  if (navigator.gpu) return navigator.gpu;
  throw new GpuError(
    `Cannot open a GPU as Deno ${Deno.version.deno} has WebGPU switched off: use a deno.json with ` +
      `"unstable": ["webgpu"], or start Deno with --unstable-webgpu`,
  );
}

/** The part of the npm package `webgpu` that is used. */
export interface DawnPackage {
  create(options: string[]): GPU;
}

/** Dawn's instances. The package ends one with its GPU object, under the feet of the devices opened from it. */
const instances: GPU[] = [];

/**
 * Dawn as a GPU object. Timestamps are for the profile of a program, so they are not rounded as for web pages.
 * @throws GpuError with the cure if the package does not load or finds no adapter
 */
export async function openDawn(load: () => Promise<DawnPackage> = () => import("webgpu")): Promise<GPU> {
  const options = ["enable-dawn-features=allow_unsafe_apis", "disable-dawn-features=timestamp_quantization"];
  let gpu: GPU;
  try {
    gpu = (await load()).create(options);
  } catch (error) {
    throw new GpuError(
      `Cannot open a GPU with gpu=dawn as the npm package webgpu does not load (${firstLine(error)}): ` +
        "run `deno install`, or use gpu=auto",
      { cause: error },
    );
  }
  instances.push(gpu);
  if (await gpu.requestAdapter()) return gpu;
  throw new GpuError(
    "Cannot open a GPU with gpu=dawn as Dawn found no adapter that it accepts: install the GPU's Vulkan driver, " +
      "or use gpu=auto. Of the software GPUs Dawn takes SwiftShader, but not Mesa 22: set VK_ICD_FILENAMES to the " +
      "vk_swiftshader_icd.json in Chromium's folder",
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}
