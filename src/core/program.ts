/**
 * Programs: a step recorded once and replayed without walking the tape. During a recording, kernels are collected
 * instead of run, and tensors have no memory yet. When it ends, the planner knows from the dispatches when each
 * tensor is first and last used, and lets tensors whose lifetimes do not overlap share buffers.
 */
import type { Device } from "./device.ts";
import { bind, collectDispatches, compileAll, type Dispatch, run } from "./kernel.ts";
import { type KernelTime, profileDispatches } from "./profile.ts";
import type { Storage } from "./pool.ts";
import type { Tensor } from "./tensor.ts";

/** A recorded step. Its kept tensors are overwritten by each run, and freed with the program. */
export interface Program {
  /**
   * Encodes the step, once or several times in a row, and submits it; does not wait for the GPU.
   * @throws RangeError if a tensor that it uses was freed
   */
  run(times?: number): void;
  /** Encodes the step after all work so far, without submitting it. @throws RangeError like `run` */
  encode(): void;
  /** Runs the step once with timestamps around each kernel. Waits for the GPU. */
  profile(): Promise<KernelTime[]>;
  /** Kernel launches per run. */
  readonly dispatches: number;
  /** Bytes of the program's own buffers. */
  readonly bytes: number;
  /** Returns the program's buffers to the pool. */
  free(): void;
}

/**
 * Records `body`, which runs ops on the device and returns the tensors to keep, and plans its memory.
 * @throws TypeError if `body` is asynchronous, RangeError if it reads or writes tensors on the host, GpuError if a
 * kernel does not compile
 */
export async function recordProgram(device: Device, body: () => readonly Tensor[]): Promise<Program> {
  let kept: readonly Tensor[] = [];
  const dispatches = collectDispatches(device, () => kept = body());
  if (!Array.isArray(kept)) {
    throw new TypeError("Cannot record a program: its body must return an array of tensors, not a promise");
  }
  await compileAll(device, dispatches);
  await device.settled();
  const planned = lifetimes(dispatches, kept);
  const buffers = place(device, planned, dispatches.length);
  const bound = dispatches.map((dispatch) => bind(device, dispatch));
  const memory = new Memory(device, dispatches, planned, buffers);
  const encode = () => {
    memory.check();
    for (const dispatch of bound) run(device, dispatch);
  };
  return {
    run(times = 1) {
      for (let time = 0; time < times; time++) encode();
      device.flush();
    },
    encode,
    profile() {
      memory.check();
      return profileDispatches(device, bound);
    },
    dispatches: dispatches.length,
    bytes: buffers.reduce((sum, buffer) => sum + buffer.size, 0),
    free: () => memory.free(),
  };
}

/** When a storage is first written and last used, as indices of dispatches; kept storages have no end. */
interface Lifetime {
  readonly first: number;
  last: number;
}

/**
 * The lifetime of every storage that has no memory yet.
 * @throws TypeError if one is read or kept but not written by any dispatch
 */
function lifetimes(dispatches: readonly Dispatch[], kept: readonly Tensor[]): Map<Storage, Lifetime> {
  const found = new Map<Storage, Lifetime>();
  dispatches.forEach(({ name, kernel, tensors }, i) => {
    tensors.forEach(({ storage }, binding) => {
      const lifetime = found.get(storage);
      if (lifetime) lifetime.last = i;
      if (lifetime || storage.buffer) return;
      if (kernel.bindings[binding].access === "read") {
        throw new TypeError(
          `Cannot record a program: ${name} reads ${storage.label} before a kernel of the program has ` +
            "written it; write it before the recording, or keep it in the program that computes it",
        );
      }
      found.set(storage, { first: i, last: i });
    });
  });
  for (const { storage } of kept) {
    const lifetime = found.get(storage);
    if (lifetime) lifetime.last = Infinity;
    else if (!storage.buffer) {
      throw new TypeError(`Cannot keep ${storage.label}: no kernel of the program writes it`);
    }
  }
  return found;
}

/** @throws LimitError for the largest storage if the adapter cannot bind it, since a batch that fits it fits all */
function refuseLargest(device: Device, planned: ReadonlyMap<Storage, Lifetime>): void {
  const [largest] = [...planned.keys()].sort((a, b) => b.bytes - a.bytes);
  if (largest) device.pool.check(largest.bytes, largest.label);
}

/** Gives every storage a buffer, shared by several storages if their lifetimes allow; returns the buffers. */
function place(device: Device, planned: ReadonlyMap<Storage, Lifetime>, steps: number): GPUBuffer[] {
  refuseLargest(device, planned);
  const byEnd = Map.groupBy(planned, ([, lifetime]) => lifetime.last);
  const byStart = Map.groupBy(planned, ([, lifetime]) => lifetime.first);
  const owned: GPUBuffer[] = [];
  const free: GPUBuffer[] = [];
  try {
    for (let step = 0; step < steps; step++) {
      for (const [storage] of byStart.get(step) ?? []) {
        storage.buffer = takeBest(free, storage.bytes);
        if (storage.buffer) continue;
        storage.buffer = device.pool.acquire(storage.bytes, storage.label);
        owned.push(storage.buffer);
      }
      for (const [storage] of byEnd.get(step) ?? []) free.push(storage.buffer!);
    }
  } catch (error) {
    for (const buffer of owned) device.pool.release(buffer);
    throw error;
  }
  return owned;
}

/** Removes and returns the smallest free buffer that holds `bytes` and is at most twice as large. */
function takeBest(free: GPUBuffer[], bytes: number): GPUBuffer | undefined {
  const fits = (buffer: GPUBuffer) => buffer.size >= bytes && buffer.size <= 2 * Math.max(bytes, 4096);
  let best: GPUBuffer | undefined;
  for (const buffer of free) {
    if (fits(buffer) && (!best || buffer.size < best.size)) best = buffer;
  }
  if (best) free.splice(free.indexOf(best), 1);
  return best;
}

/** The memory behind a program's bind groups: its scratch, the tensors it keeps, and those passed to it. */
class Memory {
  readonly #device: Device;
  /** Buffers that are not reachable through any tensor. */
  readonly #scratch: ReadonlySet<GPUBuffer>;
  readonly #kept: readonly Storage[];
  /** The tensors that others can free, and their buffers when the program was recorded. */
  readonly #bound: ReadonlyMap<Storage, GPUBuffer>;
  #isFree = false;

  constructor(
    device: Device,
    dispatches: readonly Dispatch[],
    planned: ReadonlyMap<Storage, Lifetime>,
    buffers: readonly GPUBuffer[],
  ) {
    this.#device = device;
    for (const [storage, lifetime] of planned) if (lifetime.last < Infinity) storage.buffer = undefined;
    this.#kept = [...planned.keys()].filter((storage) => storage.buffer);
    const keptBuffers = new Set(this.#kept.map((storage) => storage.buffer));
    this.#scratch = new Set(buffers.filter((buffer) => !keptBuffers.has(buffer)));
    const storages = dispatches.flatMap(({ tensors }) => tensors.map((tensor) => tensor.storage));
    this.#bound = new Map(storages.flatMap((storage) => storage.buffer ? [[storage, storage.buffer]] : []));
  }

  /** Refuses to continue with memory that has been freed and may be in use elsewhere. */
  check(): void {
    if (this.#isFree) throw new RangeError("Cannot run a program that was freed");
    if (this.#device.recording) throw new RangeError("Cannot run a program while another one is recorded");
    for (const [storage, buffer] of this.#bound) {
      if (storage.buffer === buffer) continue;
      throw new RangeError(
        `Cannot run a program: its tensor ${storage.label} was freed after the recording`,
      );
    }
  }

  free(): void {
    if (this.#isFree) return;
    this.#isFree = true;
    for (const storage of this.#kept) this.#device.release(storage);
    for (const buffer of this.#scratch) this.#device.pool.release(buffer);
  }
}
