/**
 * First runs. Mesa's software GPU compiles a kernel when it first runs, for a second or so, on the thread that submits
 * it, and keeps the result on disk. Before a program starts its kernels therefore run once over no workgroups: on this
 * thread and, as soon as one turns out not to be on disk, on other threads of the host, which take kernels from the same
 * list. This thread's device then finds theirs on disk.
 */
import type { CompiledKernel } from "./compile.ts";
import { type Device, gpuOf, isLlvmpipe } from "./device.ts";
import { textureOfOne } from "./texture.ts";

/** What a thread compiles a kernel from. */
export type KernelText = Pick<CompiledKernel, "name" | "code">;

/** Kernels that are due, and the number of those that a thread has taken, in shared memory. */
export interface FirstRuns<Kernel extends KernelText = KernelText> {
  readonly kernels: readonly Kernel[];
  readonly taken: Int32Array<SharedArrayBuffer>;
}

/** Has other threads call {@link takeFirstRuns}, each with a device of its own; resolves when all have ended. */
export type Helpers = (runs: FirstRuns) => Promise<void>;

const helpers = new WeakMap<GPU, Helpers>();

/** From now on, first runs of all devices that are opened on this GPU object are shared with other threads. */
export function shareFirstRuns(gpu: GPU, helping: Helpers): void {
  helpers.set(gpu, helping);
}

/** Whether kernels are compiled in their first runs. */
export function compilesInFirstRun({ adapter }: Device): boolean {
  return isLlvmpipe(adapter);
}

/** Milliseconds of a first run from which on other threads help: finding a kernel on disk takes a tenth of it. */
const SLOW = 100;

/** Runs kernels for the first time, so that they are compiled. `watch` is told how many are taken. */
export async function firstRuns(
  device: Device,
  kernels: readonly CompiledKernel[],
  watch: (taken: number) => void,
): Promise<void> {
  const runs: FirstRuns<CompiledKernel> = {
    kernels: kernels.toSorted((a, b) => b.code.length - a.code.length),
    taken: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
  };
  const texts = () => runs.kernels.map(({ name, code }) => ({ name, code })),
    help = helpers.get(gpuOf(device));
  let helping: Promise<void> | undefined;
  await takeFirstRuns(device, runs, (kernel) => kernel, (milliseconds) => {
    watch(Math.min(Atomics.load(runs.taken, 0), kernels.length));
    if (milliseconds >= SLOW) helping ??= help?.({ kernels: texts(), taken: runs.taken });
  });
  await helping;
}

/** Takes kernels from the list until none is left, and runs each, as `compiled` for the device, over no workgroups. */
export async function takeFirstRuns<Kernel extends KernelText>(
  device: Device,
  { kernels, taken }: FirstRuns<Kernel>,
  compiled: (kernel: Kernel) => CompiledKernel,
  done: (milliseconds: number) => void = () => {},
): Promise<void> {
  const buffers: GPUBuffer[] = [];
  /** The same few for all kernels; one for each binding, since a kernel may write to several. */
  const bufferAt = (index: number) =>
    buffers[index] ??= device.gpu.createBuffer({
      label: "first runs",
      size: BUFFER_BYTES,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM,
    });
  try {
    for (let index; (index = Atomics.add(taken, 0, 1)) < kernels.length;) {
      const start = performance.now();
      runOverNone(device, compiled(kernels[index]), bufferAt);
      const milliseconds = performance.now() - start; // of compiling, as it happens within submit()
      done(milliseconds);
      if (milliseconds >= SLOW) await new Promise((resolve) => setTimeout(resolve)); // shows progress, hears signals
    }
    await device.gpu.queue.onSubmittedWorkDone(); // GPU sync point
  } finally {
    for (const buffer of buffers) buffer?.destroy();
  }
}

/** Bytes of the buffers: as many as any uniform has. */
const BUFFER_BYTES = 1024;

function runOverNone(
  device: Device,
  { name, layout, pipeline, bindings, uniform }: CompiledKernel,
  bufferAt: (index: number) => GPUBuffer,
): void {
  const indices = [...bindings.map(({ index }) => index), ...uniform === undefined ? [] : [uniform]];
  const textures = new Map(bindings.map(({ index, texture }) => [index, texture]));
  const group = device.gpu.createBindGroup({
    label: name,
    layout,
    entries: indices.map((binding) => {
      const texture = textures.get(binding);
      const resource = texture ? textureOfOne(device, texture).createView() : { buffer: bufferAt(binding) };
      return { binding, resource };
    }),
  });
  const encoder = device.gpu.createCommandEncoder({ label: name }), pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(0);
  pass.end();
  device.gpu.queue.submit([encoder.finish()]);
}
