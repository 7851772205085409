/** Kernels: WGSL with named bindings, compiled once per device and specialisation, run on tensors. */
import { GpuError } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import type { Device } from "./device.ts";
import type { Tensor } from "./tensor.ts";

/** A kernel specialised for its options: WGSL whose entry point is `main`, and how many workgroups to start. */
export interface KernelSource {
  readonly code: string;
  readonly workgroups: readonly [number, number, number];
}

/** A storage binding as the WGSL declares it. */
interface Binding {
  readonly index: number;
  readonly name: string;
  readonly access: "read" | "read_write";
}

/** A kernel on one device. Bind groups are cached by the buffers' identities and ranges. */
export interface CompiledKernel {
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly bindings: readonly Binding[];
}

/** One kernel launch: what a recorded program is made of. */
export interface Dispatch {
  readonly kernel: CompiledKernel;
  /** In the order of `kernel.bindings`. */
  readonly tensors: readonly Tensor[];
  readonly workgroups: readonly [number, number, number];
}

/** A kernel before any device: call `run` with one tensor per declared binding. */
export interface Kernel<Options> {
  readonly name: string;
  run(tensors: Readonly<Record<string, Tensor>>, options: Options): void;
}

/**
 * Names a kernel and says how its WGSL follows from its options.
 * @example const forward = kernel("relu_forward", reluForward); forward.run({ x, y }, { dtype: x.dtype, count: x.size });
 */
export function kernel<Options>(name: string, source: (options: Options) => KernelSource): Kernel<Options> {
  return {
    name,
    run(tensors, options) {
      const device = Object.values(tensors)[0].device;
      const { code, workgroups } = source(options);
      const compiled = kernelsOf(device).get(code) ?? compile(device, name, code);
      launch(device, { kernel: compiled, tensors: match(compiled, tensors), workgroups });
    },
  };
}

/** Compiled kernels by their code. */
const caches = new WeakMap<Device, Map<string, CompiledKernel>>();

function kernelsOf(device: Device): Map<string, CompiledKernel> {
  const cache = caches.get(device) ?? new Map<string, CompiledKernel>();
  caches.set(device, cache);
  return cache;
}

/** Where dispatches go while a program is recorded. */
const recordings = new WeakMap<Device, Dispatch[]>();

/** Runs `body` and returns the dispatches that it would have run. */
export function collectDispatches(device: Device, body: () => void): Dispatch[] {
  if (device.recording) throw new RangeError("Cannot record a program as a recording is on already");
  const dispatches: Dispatch[] = [];
  recordings.set(device, dispatches);
  device.recording = true;
  try {
    body();
  } finally {
    device.recording = false;
    recordings.delete(device);
  }
  return dispatches;
}

/** Encodes a dispatch now, or hands it to the recorder. */
function launch(device: Device, dispatch: Dispatch): void {
  const limit = device.gpu.limits.maxComputeWorkgroupsPerDimension;
  if (dispatch.workgroups.some((count) => count > limit)) {
    throw new GpuError(
      `Cannot run ${dispatch.kernel.name} as ${
        formatShape(dispatch.workgroups)
      } workgroups exceed the adapter's ` +
        `${limit} a dimension: lower data.batch_size or data.image_size`,
    );
  }
  const recording = recordings.get(device);
  if (recording) recording.push(dispatch);
  else encodeDispatch(device.pass(), dispatch, bindGroup(device, dispatch));
}

/** Encodes one dispatch into a compute pass. */
export function encodeDispatch(pass: GPUComputePassEncoder, dispatch: Dispatch, group: GPUBindGroup): void {
  pass.setPipeline(dispatch.kernel.pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(...dispatch.workgroups);
}

/** The bind group of a dispatch; each binding covers exactly its tensor, so that arrayLength() is the tensor's. */
export function bindGroup(device: Device, { kernel, tensors }: Dispatch): GPUBindGroup {
  return device.gpu.createBindGroup({
    label: kernel.name,
    layout: kernel.layout,
    entries: tensors.map((tensor, i) => ({
      binding: kernel.bindings[i].index,
      resource: { buffer: tensor.buffer, offset: tensor.byteOffset, size: Math.ceil(tensor.bytes / 4) * 4 },
    })),
  });
}

/** Orders the tensors as the kernel declares them, and refuses what WebGPU would refuse without a name. */
function match(kernel: CompiledKernel, tensors: Readonly<Record<string, Tensor>>): Tensor[] {
  const declared = kernel.bindings.map((binding) => binding.name);
  const given = Object.keys(tensors);
  const odd = [
    ...declared.filter((name) => !given.includes(name)),
    ...given.filter((name) => !declared.includes(name)),
  ];
  if (odd.length > 0) {
    throw new TypeError(
      `Cannot run ${kernel.name} as its bindings are ${declared.join(", ")}: given ${given.join(", ")}`,
    );
  }
  for (const { name, access } of kernel.bindings) {
    if (access === "read") continue;
    const clash = kernel.bindings.find((other) =>
      other.access === "read" && tensors[other.name].storage === tensors[name].storage
    );
    if (clash) {
      throw new TypeError(
        `Cannot run ${kernel.name} as ${clash.name} (read) and ${name} (written) share one buffer`,
      );
    }
  }
  return declared.map((name) => tensors[name]);
}

const BINDING = /@group\(0\)\s*@binding\((\d+)\)\s*var<storage,\s*(read|read_write)>\s*(\w+)/g;

/** Compiles WGSL in an error scope; a mistake makes the device fail with the kernel's name, line and caret. */
function compile(device: Device, name: string, code: string): CompiledKernel {
  const bindings = [...code.matchAll(BINDING)].map(([, index, access, label]) => ({
    index: Number(index),
    name: label,
    access: access as Binding["access"],
  }));
  const { gpu } = device;
  gpu.pushErrorScope("validation");
  const module = gpu.createShaderModule({ label: name, code });
  const layout = gpu.createBindGroupLayout({
    label: name,
    entries: bindings.map(({ index, access }) => ({
      binding: index,
      visibility: 4, // COMPUTE
      buffer: { type: access === "read" ? "read-only-storage" : "storage" },
    })),
  });
  const pipeline = gpu.createComputePipeline({
    label: name,
    layout: gpu.createPipelineLayout({ label: name, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: "main" },
  });
  const verdict = gpu.popErrorScope();
  device.watch(verdict.then(async (error) => {
    if (error) device.fail(await compileError(name, code, module, error));
  }));
  const compiled = { name, pipeline, layout, bindings };
  kernelsOf(device).set(code, compiled);
  return compiled;
}

/** The compiler's first complaint with its place in the WGSL: line, column, the line itself and a caret. */
async function compileError(
  name: string,
  code: string,
  module: GPUShaderModule,
  error: GPUError,
): Promise<GpuError> {
  const { messages } = await module.getCompilationInfo();
  const message = messages.find((candidate) => candidate.type === "error");
  if (!message || message.lineNum === 0) {
    return new GpuError(`Cannot compile kernel ${name}: ${error.message}`);
  }
  const line = code.split("\n")[message.lineNum - 1] ?? "";
  const caret = " ".repeat(Math.max(0, message.linePos - 1)) + "^";
  return new GpuError(
    `Cannot compile kernel ${name} at line ${message.lineNum}, column ${message.linePos}: ${message.message}\n${line}\n${caret}`,
  );
}
