/** Opens a GPU in Deno: gives providers what they need, and sets the environment variables they depend on. */
import { createRequire } from "node:module";
import { GpuError } from "../base/errors.ts";
import { type FirstRuns, shareFirstRuns } from "../core/first_runs.ts";
import { DEFAULT_PROVIDER, type ProviderName, providers, type ProviderWorld } from "../core/providers/mod.ts";
import { compileWorker } from "./deno_places.ts";

/**
 * Returns the GPU object for opening a device.
 * @throws GpuError that says how to fix it, if the provider is not installed or finds no adapter
 * @example const device = await openDevice(await openGpu());
 */
export async function openGpu(provider: ProviderName = DEFAULT_PROVIDER): Promise<GPU> {
  prepareEnvironment();
  return await providers[provider].open(world);
}

/** Also where the configuration of this process does not name it, as that of a training does not. */
// deno-lint-ignore require-await -- what it throws is a rejection
async function requirePackage(name: string): Promise<unknown> {
  return createRequire(import.meta.url)(name);
}

const world: ProviderWorld = { ownGpu, importPackage: requirePackage };

/**
 * Without XDG_RUNTIME_DIR, Mesa prints an error for every Vulkan instance, although it never uses the
 * directory when headless. And without a Vulkan driver, Deno on Linux would silently fall back to OpenGL,
 * which is slower and has other limits.
 */
function prepareEnvironment(): void {
  const setDefault = (name: string, value: string) => Deno.env.get(name) ?? Deno.env.set(name, value);
  setDefault("XDG_RUNTIME_DIR", "/tmp");
  if (Deno.build.os === "linux") setDefault("DENO_WEBGPU_BACKEND", "vulkan");
}

/** Deno's own WebGPU, which is wgpu. */
function ownGpu(): Promise<GPU> {
  if (navigator.gpu) {
    shareFirstRuns(navigator.gpu, helpFirstRuns);
    return Promise.resolve(navigator.gpu);
  }
  throw new GpuError(
    `Cannot open a GPU because Deno ${Deno.version.deno} has WebGPU switched off: use a deno.json with ` +
      `"unstable": ["webgpu"], or start Deno with --unstable-webgpu`,
  );
}

/** Threads that compile kernels beside this one, at most; each holds a device of its own. */
const MOST_HELPERS = 7;

/**
 * Starts a thread for each other processor, which takes its share of the kernels. One that fails says so, and leaves them
 * to this thread, which needs them as soon as they run.
 */
async function helpFirstRuns(runs: FirstRuns): Promise<void> {
  const count = Math.min(navigator.hardwareConcurrency - 1, MOST_HELPERS, runs.kernels.length);
  await Promise.all(Array.from({ length: count }, async () => {
    const worker = new Worker(compileWorker, { type: "module" });
    await new Promise<void>((resolve) => {
      worker.onmessage = () => resolve();
      worker.onerror = (event) => {
        event.preventDefault(); // else this thread would fail, too
        console.warn(`A thread that compiles kernels has ended: ${event.message}`);
        resolve();
      };
      worker.postMessage(runs);
    });
    worker.terminate();
  }));
}
