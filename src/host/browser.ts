/** The host for web pages: the browser's GPU, its image decoder, and files that the user provides. */
import { GpuError } from "../base/errors.ts";
import { DEFAULT_PROVIDER, type ProviderName, providers, type ProviderWorld } from "../core/providers/mod.ts";
import type { DecodeThread } from "../data/decode/decode_pool.ts";

export { blobSource } from "../base/byte_source.ts";
export {
  filesTree,
  folderTree,
  openArchive,
  readingInOrder,
  readPlace,
  servedTree,
} from "./browser_files.ts";
export { bitmapOf, decodeImage, drawBitmap, encodeJpeg } from "./browser_images.ts";

/**
 * Returns the GPU object for opening a device, in a page or a worker.
 * @throws GpuError that says how to fix it, if the page may not use WebGPU, or the browser lacks it or has no
 * adapter
 * @example const device = await openDevice(await openGpu());
 */
export async function openGpu(provider: ProviderName = DEFAULT_PROVIDER): Promise<GPU> {
  return await providers[provider].open(world);
}

const world: ProviderWorld = { ownGpu, importPackage: refusePackage };

/** The browser's own WebGPU. */
async function ownGpu(): Promise<GPU> {
  if (!isSecureContext) {
    throw new GpuError(
      "Cannot open a GPU because browsers have WebGPU in secure pages only: serve this page by https, or from " +
        "localhost",
    );
  }
  if (!navigator.gpu) {
    throw new GpuError(
      "Cannot open a GPU because this browser has no WebGPU: use a current Chrome, Edge, Firefox or Safari; where it " +
        "is switched off, as in Chrome on some Linux machines, switch on chrome://flags/#enable-unsafe-webgpu",
    );
  }
  if (await navigator.gpu.requestAdapter()) return navigator.gpu;
  throw new GpuError(
    "Cannot open a GPU because this browser found no adapter: switch on graphics acceleration in its settings, look " +
      "at chrome://gpu for what blocks it, or start Chrome with --enable-unsafe-webgpu " +
      "--use-webgpu-adapter=swiftshader",
  );
}

function refusePackage(name: string): Promise<never> {
  return Promise.reject(new TypeError(`a page cannot load the npm package ${name}`));
}

/**
 * Starts a decoding worker for `decodePool`. `url` is the bundle of browser_decode_worker.ts, which must be a
 * separate entry point because bundlers do not find it themselves.
 */
export function startThread(url: string | URL): DecodeThread {
  return new Worker(url, { type: "module" });
}
