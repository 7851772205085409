/** Where Deno's engine gets its GPU from: what a provider needs of Deno, and the environment that it must find. */
import { GpuError } from "../base/errors.ts";
import { DEFAULT_PROVIDER, type ProviderName, providers, type ProviderWorld } from "../core/providers/mod.ts";

/**
 * The GPU object to open a device from.
 * @throws GpuError with the cure if the provider is not installed, or finds no adapter
 * @example const device = await openDevice(await openGpu());
 */
export async function openGpu(provider: ProviderName = DEFAULT_PROVIDER): Promise<GPU> {
  prepareEnvironment();
  return await providers[provider].open(world);
}

const world: ProviderWorld = { ownGpu, importPackage: (name) => import(name) };

/**
 * Mesa prints an error line for every Vulkan instance while XDG_RUNTIME_DIR is unset, although headless it never uses
 * it. And without a Vulkan driver Deno on Linux would take OpenGL and not say so: slower, and with other limits.
 */
function prepareEnvironment(): void {
  const setDefault = (name: string, value: string) => Deno.env.get(name) ?? Deno.env.set(name, value);
  setDefault("XDG_RUNTIME_DIR", "/tmp");
  if (Deno.build.os === "linux") setDefault("DENO_WEBGPU_BACKEND", "vulkan");
}

/** Deno's own WebGPU, which is wgpu. */
function ownGpu(): Promise<GPU> {
  if (navigator.gpu) return Promise.resolve(navigator.gpu);
  throw new GpuError(
    `Cannot open a GPU because Deno ${Deno.version.deno} has WebGPU switched off: use a deno.json with ` +
      `"unstable": ["webgpu"], or start Deno with --unstable-webgpu`,
  );
}
