/**
 * The device: a WebGPU device with its pool, its queue of dispatches and its health.
 * It is made from whatever GPU object the host hands in: Deno's, the browser's or Dawn's.
 */
import { DeviceLostError, GpuError } from "../base/errors.ts";
import { Pool, type Storage } from "./pool.ts";

/** What the adapter says of itself; empty strings where it says nothing. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

/**
 * Opens a device with the adapter's own limits.
 * @throws GpuError if the GPU object has no adapter, with what to install.
 */
export async function openDevice(gpu: GPU | undefined): Promise<Device> {
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw new GpuError(
      "Cannot open a GPU as no WebGPU adapter was found: install the GPU's Vulkan driver, or the software GPU " +
        "with `apt-get install mesa-vulkan-drivers`, then run `deno task doctor`",
    );
  }
  const wanted: GPUFeatureName[] = ["timestamp-query", "shader-f16"];
  const device = await adapter.requestDevice({
    label: "wgrad",
    requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
    requiredLimits: adapterLimits(adapter.limits),
  });
  return new Device(device, adapter.info);
}

/** The adapter's limits that kernels and buffers profit from. */
function adapterLimits(limits: GPUSupportedLimits): Record<string, number> {
  const names = [
    "maxBufferSize",
    "maxStorageBufferBindingSize",
    "maxStorageBuffersPerShaderStage",
    "maxComputeWorkgroupStorageSize",
    "maxComputeInvocationsPerWorkgroup",
    "maxComputeWorkgroupSizeX",
    "maxComputeWorkgroupSizeY",
  ] as const;
  return Object.fromEntries(names.map((name) => [name, limits[name]]));
}

/** A GPU with everything that belongs to it. Open one with {@link openDevice}; close it when done. */
export class Device {
  readonly pool: Pool;
  /** True while a program is recorded: tensors get their memory when the recording ends. */
  recording = false;
  /** Rejects with the first device loss, uncaptured error or kernel that does not compile; never resolves. */
  readonly failed: Promise<never>;

  #failure: Error | undefined;
  #reject!: (error: Error) => void;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #scopes: Set<Storage>[] = [];
  #checks: Set<Promise<void>> = new Set();
  #closed = false;

  constructor(readonly gpu: GPUDevice, readonly adapter: AdapterDescription) {
    this.pool = new Pool(gpu);
    this.failed = new Promise<never>((_, reject) => this.#reject = reject);
    this.failed.catch(() => {});
    gpu.addEventListener("uncapturederror", (event) => {
      this.fail(new GpuError(`Cannot go on as the GPU reported an error: ${event.error.message}`));
    });
    gpu.lost.then((info) => {
      if (this.#closed) return;
      this.fail(
        new DeviceLostError(`Cannot go on as the GPU device was lost (${info.reason}): ${info.message}`),
      );
    });
  }

  /** Marks the device as failed; the first error wins, and every later call on the device throws it. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#reject(this.#failure);
  }

  /** Throws the error that made the device fail, if there is one. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Holds back `settled()` until an asynchronous check (of a kernel's compilation) is through. */
  watch(check: Promise<void>): void {
    this.#checks.add(check);
    check.finally(() => this.#checks.delete(check));
  }

  /** Waits until all kernels so far are known to have compiled. @throws what made the device fail */
  async settled(): Promise<void> {
    await Promise.all(this.#checks);
    this.check();
  }

  /** Memory with undefined contents that the current scope, if there is one, frees at its end. */
  allocate(bytes: number, label: string): Storage {
    if (this.recording) return { bytes, buffer: undefined, label };
    const storage = { bytes, buffer: this.pool.acquire(bytes, label), label };
    this.#scopes.at(-1)?.add(storage);
    return storage;
  }

  /** Frees at its end all tensors that `body` made, save those that went through `keep`. */
  scope<T>(body: () => T): T {
    this.#scopes.push(new Set());
    const leave = () => {
      for (const storage of this.#scopes.pop()!) this.release(storage);
    };
    let result: T;
    try {
      result = body();
    } catch (error) {
      leave();
      throw error;
    }
    if (result instanceof Promise) return result.finally(leave) as T;
    leave();
    return result;
  }

  /** Takes memory out of the scopes: it belongs to the caller, who releases it. */
  keep(storage: Storage): void {
    for (const scope of this.#scopes) scope.delete(storage);
  }

  /** Gives a storage's buffer back to the pool; dispatches encoded so far still see it. */
  release(storage: Storage): void {
    if (!storage.buffer) return;
    this.pool.release(storage.buffer);
    storage.buffer = undefined;
  }

  /** The open compute pass; dispatches of one submit share it. */
  pass(): GPUComputePassEncoder {
    this.check();
    this.#encoder ??= this.gpu.createCommandEncoder({ label: "wgrad" });
    return this.#pass ??= this.#encoder.beginComputePass({ label: "wgrad" });
  }

  /** Encodes a copy behind all dispatches so far. */
  copy(
    source: GPUBuffer,
    sourceOffset: number,
    target: GPUBuffer,
    targetOffset: number,
    bytes: number,
  ): void {
    this.check();
    this.#pass?.end();
    this.#pass = undefined;
    this.#encoder ??= this.gpu.createCommandEncoder({ label: "wgrad" });
    this.#encoder.copyBufferToBuffer(source, sourceOffset, target, targetOffset, bytes);
  }

  /** Submits what was encoded so far; does not wait for the GPU. */
  flush(): void {
    this.check();
    this.#pass?.end();
    this.#pass = undefined;
    if (this.#encoder) this.gpu.queue.submit([this.#encoder.finish()]);
    this.#encoder = undefined;
  }

  /** Frees everything and ends the device; later calls throw. */
  close(): void {
    this.#closed = true;
    this.fail(new GpuError("Cannot use the device as it was closed"));
    this.pool.destroy();
    this.gpu.destroy();
  }
}
