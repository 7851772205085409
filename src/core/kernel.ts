/** Kernels: WGSL with named bindings, compiled once per device and specialisation, run on tensors. */
import type { KernelSource } from "../../kernels/lib/kernel_source.ts";
import { LimitError } from "../base/errors.ts";
import { formatShape, roundUp } from "../base/shape.ts";
import { compile, type CompiledKernel } from "./compile.ts";
import type { Device } from "./device.ts";
import { compilesInFirstRun, firstRuns } from "./first_runs.ts";
import type { Tensor } from "./tensor.ts";
import { checkTexture, encodeTextureCopies, type TextureCopy, textureCopy, textureFor } from "./texture.ts";

export type { KernelSource };

/** One kernel launch: the unit of a recorded program. */
export interface Dispatch {
  /** The kernel that launched it; kernels with equal code share the compiled one, whatever their names. */
  readonly name: string;
  readonly kernel: CompiledKernel;
  /** In the order of `kernel.bindings`. */
  readonly tensors: readonly Tensor[];
  readonly workgroups: readonly [number, number, number];
  readonly uniform: GPUBuffer | undefined;
  readonly texelRow: number | undefined;
}

/**
 * Work of the host in the midst of a recorded program: what came before it has run on the GPU, and what follows waits
 * for it.
 */
export interface HostWork {
  readonly name: string;
  /** The tensors whose values it gets, f32, followed by those that it writes. */
  readonly tensors: readonly Tensor[];
  readonly reads: number;
  /** @returns the values of the tensors that it writes */
  act(values: readonly Float32Array[]): Promise<readonly Float32Array[]>;
}

/** A step of a recorded program. */
export type Launch = Dispatch | HostWork;

/** A kernel independent of a device: call `run` with one tensor for each declared binding. */
export interface Kernel<Options> {
  readonly name: string;
  run(tensors: Readonly<Record<string, Tensor>>, options: Options): void;
}

/**
 * Names a kernel and defines how its WGSL follows from its options.
 * @example const forward = kernel("relu_forward", reluForward); forward.run({ x, y }, { dtype: x.dtype, count: x.size
 * });
 */
export function kernel<Options>(name: string, source: (options: Options) => KernelSource): Kernel<Options> {
  return {
    name,
    run(tensors, options) {
      const device = Object.values(tensors)[0].device;
      const { code, workgroups, uniform, texelRow } = source(options);
      const compiled = compiledOn(device, name, code);
      launch(device, {
        name,
        kernel: compiled,
        tensors: match(name, compiled.bindings, tensors),
        workgroups,
        uniform: uniform && uniformBuffer(device, uniform),
        texelRow,
      });
    },
  };
}

/** Compiled kernels by their code. */
const caches = new WeakMap<Device, Map<string, CompiledKernel>>();

function compiledOn(device: Device, name: string, code: string): CompiledKernel {
  const cache = caches.get(device) ?? new Map<string, CompiledKernel>();
  caches.set(device, cache);
  const known = cache.get(code);
  if (known) return known;
  const compiled = compile(device, name, code);
  cache.set(code, compiled);
  return compiled;
}

/** Kernels that are compiled at the same time, where the runtime does that on other threads. */
const PARALLEL = 4;

/** Compiles what dispatches need and is not compiled yet; those who watch are told how far it is. */
export async function compileAll(device: Device, dispatches: readonly Dispatch[]): Promise<void> {
  const missing = [...new Set(dispatches.map(({ kernel }) => kernel))].filter(({ isPrepared }) =>
    !isPrepared
  );
  const waiting = missing.values(), all = [...caches.get(device)?.values() ?? []];
  const before = all.filter(({ isPrepared }) => isPrepared).length, total = before + missing.length;
  const told = (done: number) => watchers.get(device)?.(before + done, total);
  const isLater = compilesInFirstRun(device);
  let done = 0;
  const work = async () => {
    for (const kernel of waiting) {
      await kernel.prepare();
      if (!isLater) told(++done);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  if (isLater) await firstRuns(device, missing, told);
}

type Watch = (done: number, total: number) => void;

const watchers = new WeakMap<Device, Watch>();

/**
 * Calls `watch` with the number of a device's compiled kernels, and how many there will be, each time that a program has
 * one more compiled, until it is disposed of.
 */
export function watchCompiling(device: Device, watch: Watch): Disposable {
  watchers.set(device, watch);
  return { [Symbol.dispose]: () => void watchers.delete(device) };
}

/** Uniform buffers by their values: a few for each layer's geometry, kept for the lifetime of the device. */
const uniforms = new WeakMap<Device, Map<string, GPUBuffer>>();

function uniformBuffer(device: Device, values: readonly number[]): GPUBuffer {
  const cache = uniforms.get(device) ?? new Map<string, GPUBuffer>();
  uniforms.set(device, cache);
  const key = values.join();
  const cached = cache.get(key);
  if (cached) return cached;
  const buffer = device.gpu.createBuffer({
    label: "uniform",
    size: 4 * values.length,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.gpu.queue.writeBuffer(buffer, 0, Int32Array.from(values));
  cache.set(key, buffer);
  return buffer;
}

/** Where dispatches, and the host's work between them, go while a program is recorded. */
const recordings = new WeakMap<Device, Launch[]>();

/** Runs `body` and returns what it would have run. */
export function collectLaunches(device: Device, body: () => void): Launch[] {
  if (device.recording) throw new RangeError("Cannot record a program: a recording is already active");
  const launches: Launch[] = [];
  recordings.set(device, launches);
  device.recording = true;
  try {
    body();
  } finally {
    device.recording = false;
    recordings.delete(device);
  }
  return launches;
}

/** The same without the host's work. */
export function collectDispatches(device: Device, body: () => void): Dispatch[] {
  return collectLaunches(device, body).filter(isDispatch);
}

/** Whether a step of a program is a kernel's, not the host's. */
export function isDispatch(launch: Launch): launch is Dispatch {
  return "kernel" in launch;
}

/** Makes work of the host part of the program that is being recorded. @throws RangeError if none is */
export function recordHostWork(device: Device, work: HostWork): void {
  const recording = recordings.get(device);
  if (recording) return void recording.push(work);
  throw new RangeError(
    `Cannot run ${work.name} at once because the host would have to wait: record a program`,
  );
}

/** Runs `body` during a recording and returns its dispatches, which do not become part of the recording. */
export function setAside(device: Device, body: () => void): Dispatch[] {
  const recorded = recordings.get(device);
  if (!recorded) throw new RangeError("Cannot set dispatches aside: no recording is active");
  const aside: Launch[] = [];
  recordings.set(device, aside);
  try {
    body();
  } finally {
    recordings.set(device, recorded);
  }
  return aside.filter(isDispatch);
}

/** Encodes a dispatch now, or passes it to the recorder. */
function launch(device: Device, dispatch: Dispatch): void {
  const limit = device.gpu.limits.maxComputeWorkgroupsPerDimension;
  const most = Math.max(...dispatch.workgroups);
  if (most > limit) {
    throw new LimitError(
      `Cannot run ${dispatch.name}: ${
        formatShape(dispatch.workgroups)
      } workgroups exceed the adapter's limit of ` +
        `${limit} in a dimension`,
      limit / most,
    );
  }
  dispatch.kernel.bindings.forEach(({ texture }, i) => {
    if (texture) checkTexture(device, texture.texel, dispatch.texelRow!, dispatch.tensors[i]);
  });
  const recording = recordings.get(device);
  if (recording) recording.push(dispatch);
  else run(device, bind(device, dispatch));
}

/** A dispatch with its memory. */
export interface BoundDispatch {
  readonly dispatch: Dispatch;
  readonly group: GPUBindGroup;
  /** For the tensors that it reads from textures. */
  readonly textureCopies: readonly TextureCopy[];
}

/** Binds a dispatch to the memory that its tensors have now. */
export function bind(device: Device, dispatch: Dispatch): BoundDispatch {
  const { kernel: { bindings }, tensors, texelRow } = dispatch;
  const textureCopies = bindings.flatMap(({ texture }, i) =>
    texture ? [textureCopy(device, texture, texelRow!, tensors[i])] : []
  );
  return { dispatch, group: bindGroup(device, dispatch), textureCopies };
}

/** Encodes a dispatch after all work so far. */
export function run(device: Device, bound: BoundDispatch): void {
  if (bound.textureCopies.length > 0) encodeTextureCopies(device.encoder(), bound.textureCopies);
  encode(device.pass(), bound);
}

/** Encodes a dispatch, whose textures are filled, into a compute pass. */
export function encode(pass: GPUComputePassEncoder, { dispatch, group }: BoundDispatch): void {
  pass.setPipeline(dispatch.kernel.pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(...dispatch.workgroups);
}

/** Bind groups by kernel, and by the identities and ranges of the buffers. */
const groupCaches = new WeakMap<CompiledKernel, Map<string, GPUBindGroup>>();
/** Buffers by number: the pool reuses the same few. */
const bufferIds = new WeakMap<GPUBuffer, number>();
let lastBufferId = 0;

function bufferId(buffer: GPUBuffer): number {
  const id = bufferIds.get(buffer) ?? ++lastBufferId;
  bufferIds.set(buffer, id);
  return id;
}

/** The bind group of a dispatch; each binding covers exactly its tensor, so that arrayLength() is the tensor's. */
export function bindGroup(device: Device, { kernel, tensors, uniform, texelRow }: Dispatch): GPUBindGroup {
  const cache = groupCaches.get(kernel) ?? new Map<string, GPUBindGroup>();
  groupCaches.set(kernel, cache);
  const places = tensors.map((tensor) => `${bufferId(tensor.buffer)}:${tensor.byteOffset}:${tensor.bytes}`);
  const key = [...places, uniform && bufferId(uniform)].join();
  const cached = cache.get(key);
  if (cached) return cached;
  const group = device.gpu.createBindGroup({
    label: kernel.name,
    layout: kernel.layout,
    entries: [
      ...tensors.map((tensor, i) => {
        const { index, texture } = kernel.bindings[i];
        return {
          binding: index,
          resource: texture
            ? textureFor(device, texture, texelRow!, tensor).createView()
            : { buffer: tensor.buffer, offset: tensor.byteOffset, size: roundUp(tensor.bytes, 4) },
        };
      }),
      ...(uniform ? [{ binding: kernel.uniform!, resource: { buffer: uniform } }] : []),
    ],
  });
  cache.set(key, group);
  return group;
}

type Bindings = CompiledKernel["bindings"];

/** Orders the tensors as the kernel declares them, and rejects what WebGPU would reject without naming it. */
function match(kernel: string, bindings: Bindings, tensors: Readonly<Record<string, Tensor>>): Tensor[] {
  const declared = bindings.map((binding) => binding.name);
  const given = Object.keys(tensors);
  const odd = [
    ...declared.filter((name) => !given.includes(name)),
    ...given.filter((name) => !declared.includes(name)),
  ];
  if (odd.length > 0) {
    throw new TypeError(
      `Cannot run ${kernel}: its bindings are ${declared.join(", ")}, current tensors are ${
        given.join(", ")
      }`,
    );
  }
  const ordered = declared.map((name) => tensors[name]);
  refuseMisaligned(kernel, bindings, ordered);
  refuseShared(kernel, bindings, ordered);
  return ordered;
}

/** Rejects a slice that does not start where the adapter can bind. */
function refuseMisaligned(kernel: string, bindings: Bindings, tensors: readonly Tensor[]): void {
  tensors.forEach(({ device, byteOffset, label }, i) => {
    const step = device.gpu.limits.minStorageBufferOffsetAlignment;
    if (byteOffset % step === 0) return;
    throw new RangeError(
      `Cannot run ${kernel}: ${bindings[i].name} starts at byte ${byteOffset} of ${label}, but slices ` +
        `that kernels use must start at a multiple of ${step} bytes`,
    );
  });
}

/**
 * Rejects a buffer that the kernel both reads and writes, and overlapping slices that it writes. What it reads from a
 * texture is a copy.
 */
function refuseShared(kernel: string, bindings: Bindings, tensors: readonly Tensor[]): void {
  const overlap = (a: Tensor, b: Tensor) =>
    a.byteOffset < b.byteOffset + b.bytes && b.byteOffset < a.byteOffset + a.bytes;
  bindings.forEach((written, i) => {
    if (written.access === "read") return;
    const clash = bindings.findIndex(({ access, texture }, j) =>
      i !== j && !texture && tensors[i].storage === tensors[j].storage &&
      (access === "read" || overlap(tensors[i], tensors[j]))
    );
    if (clash < 0) return;
    const { name, access } = bindings[clash];
    throw new TypeError(
      `Cannot run ${kernel}: ${name} (${access === "read" ? "read" : "written"}) and ${written.name} ` +
        `(written) share the buffer of ${tensors[i].label}; use a separate tensor for each`,
    );
  });
}
