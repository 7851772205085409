/**
 * The device: a WebGPU device with its pool, its queue of dispatches and its state of health. It is created from the
 * GPU object of a provider (see providers/).
 */
import { DeviceLostError, GpuError, messageOf } from "../base/errors.ts";
import { roundUp } from "../base/shape.ts";
import { findMatrixUnit, MATRIX_FEATURES, type MatrixUnit } from "./matrix_unit.ts";
import { Pool, type Storage } from "./pool.ts";

/** What the adapter reports about itself; empty strings if unknown. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** True for a software GPU; undefined if the runtime does not report it. */
  readonly isFallbackAdapter?: boolean;
  /** Threads that run in lockstep; undefined if the runtime does not report it. */
  readonly subgroupMinSize?: number;
  readonly subgroupMaxSize?: number;
}

/** True for an adapter that computes on the CPU. */
export function isSoftware({ description, isFallbackAdapter }: AdapterDescription): boolean {
  return isFallbackAdapter === true || /llvmpipe|lavapipe|swiftshader|basic render/i.test(description);
}

/** True for Mesa's software GPU. */
export function isLlvmpipe({ description }: AdapterDescription): boolean {
  return /llvmpipe/i.test(description);
}

/**
 * Where kernels that read each value once should read from. Mesa 22, Debian 12's, which is built with LLVM 15, loads a
 * buffer's lanes so slowly that a copy into a texture, whose lanes load together, pays for itself; without AVX-512 three
 * times over. Newer versions load buffers as fast as textures.
 */
export function streamSource({ adapter }: Device): "buffer" | "texture" {
  const llvm = /llvmpipe \(LLVM (\d+)/.exec(adapter.description)?.[1];
  return llvm !== undefined && Number(llvm) <= 15 ? "texture" : "buffer";
}

/**
 * How products of f32 are computed: as they are, or each by three products of f16 on matrix units, with nearly the same
 * digits (PyTorch's `set_float32_matmul_precision` chooses the like).
 */
export type Matmul = "f32" | "split";

/**
 * Opens a device with the adapter's own limits.
 * @throws GpuError if the GPU object has no adapter, with what to install, or no matrix units to split products for
 */
export async function openDevice(gpu: GPU | undefined, matmul: Matmul = "f32"): Promise<Device> {
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw new GpuError(
      "Cannot open a GPU because no WebGPU adapter was found: install the GPU's Vulkan driver, or the software GPU " +
        "with `apt-get install mesa-vulkan-drivers`, then run `deno task doctor`",
    );
  }
  const found = findMatrixUnit(adapter);
  if (matmul === "split" && "lack" in found) {
    throw new GpuError(
      `Cannot split products of f32 (trainer.matmul=split) on ${adapter.info.description} because it has no matrix ` +
        `units: ${found.lack}; set trainer.matmul=f32, or see with \`deno task doctor\` what has them`,
    );
  }
  const features = "unit" in found ? [...FEATURES, ...MATRIX_FEATURES] : FEATURES;
  const sharesLanes = hasUnlistedSubgroups(adapter);
  try {
    const isShared = gpu !== undefined && shared.has(gpu);
    const device = isShared
      ? await sharedDevice(gpu, () => request(adapter, features, sharesLanes))
      : await request(adapter, features, sharesLanes);
    const matrixUnit = "unit" in found ? found.unit : undefined;
    const opened = new Device(device, adapter.info, { matrixUnit, matmul, sharesLanes, isShared });
    openedOn.set(opened, gpu!);
    return opened;
  } catch (error) {
    throw new GpuError(
      `Cannot open the GPU ${adapter.info.description}: ${
        messageOf(error)
      }. Close other programs that use it, ` +
        "then run `deno task doctor`",
      { cause: error },
    );
  }
}

/**
 * Whether kernels may use subgroups of eight lanes without WGSL's directive for them: wgpu, Deno's WebGPU, has them on
 * llvmpipe with vectors of 256 bits, does not list the feature, and knows no directive.
 */
function hasUnlistedSubgroups({ info, features }: GPUAdapter): boolean {
  const { subgroupMinSize, subgroupMaxSize } = info;
  return isLlvmpipe(info) && !features.has("subgroups") && subgroupMinSize === 8 && subgroupMaxSize === 8;
}

function request(
  adapter: GPUAdapter,
  features: readonly string[],
  sharesLanes: boolean,
): Promise<GPUDevice> {
  const listed = [...new Set(features as GPUFeatureName[])].filter((name) => adapter.features.has(name));
  return adapter.requestDevice({
    label: "wgrad",
    requiredFeatures: sharesLanes ? [...listed, "subgroups"] : listed,
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
  });
}

/** The GPU object of each device that is in use: the npm package `webgpu` ends its instance with that object. */
const openedOn = new WeakMap<Device, GPU>();

/** The GPU object that a device was opened on. */
export function gpuOf(device: Device): GPU {
  return openedOn.get(device)!;
}

/** The one device of GPU objects that have one; undefined until it is opened, and once it is lost. */
const shared = new WeakMap<GPU, Promise<GPUDevice> | undefined>();

/**
 * From now on, all that {@link openDevice} opens on this GPU object shares one device of the runtime, and with it the
 * kernels that have been compiled, which take a page longer than the rest of a small training. To close one of them
 * frees its memory only.
 */
export function shareDevice(gpu: GPU): void {
  shared.set(gpu, undefined);
}

async function sharedDevice(gpu: GPU, request: () => Promise<GPUDevice>): Promise<GPUDevice> {
  const known = shared.get(gpu);
  if (known !== undefined) return await known;
  const opening = request(), forget = () => shared.set(gpu, undefined);
  shared.set(gpu, opening);
  opening.then(({ lost }) => lost.then(forget), forget);
  return await opening;
}

/** The optional features that the engine uses if available. */
const FEATURES: readonly GPUFeatureName[] = ["timestamp-query", "shader-f16"];

/** The limits that benefit kernels and buffers; the device requests the adapter's own. */
export const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** What a device can do, and how it is used. */
interface DeviceTraits {
  /** What the adapter multiplies on matrix units, if it has any. */
  readonly matrixUnit: MatrixUnit | undefined;
  readonly matmul: Matmul;
  /** Whether kernels may use subgroups of eight lanes. */
  readonly sharesLanes: boolean;
  /** Whether others use the GPU's device, too: see {@link shareDevice}. */
  readonly isShared: boolean;
}

/** A GPU with everything that belongs to it. Open one with {@link openDevice}; close it when done. */
export class Device {
  readonly pool: Pool;
  /** The fastest candidate by key, if measured (see choice.ts). */
  readonly choices: Map<string, string> = new Map();
  /** True while a program is being recorded: tensors get their memory when the recording ends. */
  recording = false;
  /** Rejects with the first device loss, uncaptured error or compilation error; never resolves. */
  readonly failed: Promise<never>;

  #failure: Error | undefined;
  #reject!: (error: Error) => void;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #scopes: Set<Storage>[] = [];
  #checks: Set<Promise<void>> = new Set();
  #closed = new AbortController();

  readonly matrixUnit: MatrixUnit | undefined;
  readonly matmul: Matmul;
  readonly sharesLanes: boolean;
  readonly #isShared: boolean;

  constructor(
    readonly gpu: GPUDevice,
    readonly adapter: AdapterDescription,
    { matrixUnit, matmul, sharesLanes, isShared }: DeviceTraits,
  ) {
    this.matrixUnit = matrixUnit;
    this.matmul = matmul;
    this.sharesLanes = sharesLanes;
    this.#isShared = isShared;
    this.pool = new Pool(gpu);
    this.failed = new Promise<never>((_, reject) => this.#reject = reject);
    this.failed.catch(() => {});
    gpu.addEventListener("uncapturederror", (event) => {
      event.preventDefault(); // otherwise Dawn prints it too
      this.#report(event.error);
    }, { signal: this.#closed.signal });
    gpu.lost.then((info) => {
      this.fail(
        new DeviceLostError(
          `Cannot continue because the GPU device was lost (${info.reason}): ${info.message}`,
        ),
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

  /** Fails with a GPU error, unless a pending check turns out to be its cause. */
  #report(error: GPUError): void {
    const advice = error.constructor.name === "GPUOutOfMemoryError"
      ? ": lower data.batch_size or data.image_size, or close other programs that use the GPU"
      : "";
    const failure = new GpuError(
      `Cannot continue because the GPU reported an error: ${
        error.message.trim() || "out of memory"
      }${advice}`,
    );
    this.watch(Promise.all(this.#checks).then(() => this.fail(failure)));
  }

  /** Delays `settled()` until an asynchronous check (of a kernel's compilation) has finished. */
  watch(check: Promise<void>): void {
    const watched = check.catch((error) => this.fail(error)).finally(() => this.#checks.delete(watched));
    this.#checks.add(watched);
  }

  /** Waits until all kernels so far are known to have compiled. @throws the error that made the device fail */
  async settled(): Promise<void> {
    await Promise.all(this.#checks);
    this.check();
  }

  /** Memory with undefined contents, freed at the end of the current scope, if there is one. */
  allocate(bytes: number, label: string): Storage {
    if (this.recording) return { bytes, buffer: undefined, label };
    const storage = { bytes, buffer: this.pool.acquire(bytes, label), label };
    this.#scopes.at(-1)?.add(storage);
    return storage;
  }

  /** Frees all tensors that `body` creates when it ends, except those that went through `keep`. */
  scope<T>(body: () => T): T {
    const scope = new Set<Storage>();
    this.#scopes.push(scope);
    const leave = () => {
      this.#scopes.splice(this.#scopes.indexOf(scope), 1);
      for (const storage of scope) this.release(storage);
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

  /** Removes memory from the scopes: it belongs to the caller, who releases it. */
  keep(storage: Storage): void {
    for (const scope of this.#scopes) scope.delete(storage);
  }

  /** Returns a storage's buffer to the pool; dispatches encoded so far still see it. */
  release(storage: Storage): void {
    if (!storage.buffer) return;
    this.pool.release(storage.buffer);
    storage.buffer = undefined;
  }

  /** The open compute pass; dispatches of one submission share it. */
  pass(): GPUComputePassEncoder {
    this.check();
    this.#encoder ??= this.gpu.createCommandEncoder({ label: "wgrad" });
    return this.#pass ??= this.#encoder.beginComputePass({ label: "wgrad" });
  }

  /** Encodes a copy after all dispatches so far. */
  copy(
    source: GPUBuffer,
    sourceOffset: number,
    target: GPUBuffer,
    targetOffset: number,
    bytes: number,
  ): void {
    this.encoder().copyBufferToBuffer(source, sourceOffset, target, targetOffset, bytes);
  }

  /** Encodes clearing to zero after all work so far. */
  clear(target: GPUBuffer, bytes: number): void {
    this.encoder().clearBuffer(target, 0, roundUp(bytes, 4));
  }

  /**
   * Copies memory to the host after all work so far. Waits for the GPU, and is the only place in the engine that
   * does.
   * @throws the error that occurred in that work
   */
  async download(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    const size = roundUp(bytes, 4);
    const staging = this.gpu.createBuffer({
      label: `read ${source.label}`,
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      this.copy(source, offset, staging, 0, size);
      this.flush();
      const mapped = staging.mapAsync(GPUMapMode.READ).catch((error) => this.#explain(error));
      await Promise.race([mapped, this.failed]); // GPU sync point
      await this.settled();
      return staging.getMappedRange().slice(0, bytes);
    } finally {
      staging.destroy();
    }
  }

  /**
   * Throws for a buffer that cannot be mapped: the error that made the device fail, whose report may still be
   * pending.
   */
  async #explain(error: unknown): Promise<never> {
    await new Promise((resolve) => setTimeout(resolve));
    await this.settled();
    throw new GpuError(`Cannot read from the GPU: ${messageOf(error)}`, { cause: error });
  }

  /** Submits what has been encoded so far; does not wait for the GPU. */
  flush(): void {
    this.check();
    if (this.#encoder) this.gpu.queue.submit([this.encoder().finish()]);
    this.#encoder = undefined;
  }

  /** The encoder of the next submission, with no pass open. */
  encoder(): GPUCommandEncoder {
    this.check();
    this.#pass?.end();
    this.#pass = undefined;
    return this.#encoder ??= this.gpu.createCommandEncoder({ label: "wgrad" });
  }

  /** Frees everything and destroys the device, unless that is shared; later calls throw. */
  close(): void {
    this.fail(new GpuError("Cannot use the device: it was closed")); // first, because this is not a device loss
    this.#closed.abort();
    this.pool.destroy();
    if (!this.#isShared) this.gpu.destroy();
  }
}
