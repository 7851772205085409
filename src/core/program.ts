/**
 * Programs: a step recorded once and replayed without walking the tape. During a recording, kernels are collected
 * instead of run, and tensors have no memory yet. When it ends, the planner knows from the dispatches when each
 * tensor is first and last used, and lets tensors whose lifetimes do not overlap share buffers.
 *
 * The host may take part in the midst of a program (see HostWork), which is then submitted in parts and waits for each.
 */
import type { Device } from "./device.ts";
import {
  bind,
  type BoundDispatch,
  collectLaunches,
  compileAll,
  type HostWork,
  isDispatch,
  type Launch,
  run,
} from "./kernel.ts";
import { type KernelTime, profileDispatches } from "./profile.ts";
import type { Storage } from "./pool.ts";
import { Tensor } from "./tensor.ts";

/** A recorded step. Its kept tensors are overwritten by each run, and freed with the program. */
export interface Program {
  /**
   * Encodes the step, once or several times in a row, and submits it; does not wait for the GPU.
   * @throws RangeError if a tensor that it uses was freed, or if the host has work in it
   */
  run(times?: number): void;
  /** Encodes the step after all work so far, without submitting it. @throws RangeError like `run` */
  encode(): void;
  /**
   * The same for a program in which the host may have work: what comes before the last of it is submitted, and has
   * run when the promise resolves. With `watched`, it says when a tensor may be read, although the program goes on.
   */
  encodeInParts(watched?: Watched): Promise<void>;
  /** Runs the step once with timestamps around each kernel. Waits for the GPU. @throws RangeError like `run` */
  profile(): Promise<KernelTime[]>;
  /** Kernel launches per run. */
  readonly dispatches: number;
  /** Bytes of the program's own buffers. */
  readonly bytes: number;
  /** Returns the program's buffers to the pool. */
  free(): void;
}

/** Tensors that are read, or written, as soon as a program has used them for the last time. */
export interface Watched {
  readonly tensors: readonly Tensor[];
  /** Called once for each tensor, in their order, when all steps that use it and those before it are encoded. */
  final(index: number): void;
}

/**
 * Records `body`, which runs ops on the device and returns the tensors to keep, and plans its memory.
 * @throws TypeError if `body` is asynchronous, RangeError if it reads or writes tensors on the host, GpuError if a
 * kernel does not compile
 */
export async function recordProgram(device: Device, body: () => readonly Tensor[]): Promise<Program> {
  let kept: readonly Tensor[] = [];
  const launches = collectLaunches(device, () => kept = body());
  if (!Array.isArray(kept)) {
    throw new TypeError("Cannot record a program: its body must return an array of tensors, not a promise");
  }
  const dispatches = launches.filter(isDispatch);
  await compileAll(device, dispatches);
  await device.settled();
  const planned = lifetimes(launches, kept);
  const buffers = place(device, planned, launches.length);
  const steps = launches.map((launch) => isDispatch(launch) ? bind(device, launch) : withMemory(launch));
  const memory = new Memory(device, launches, planned, buffers);
  const bound = () => {
    memory.check();
    if (steps.length === dispatches.length) return steps as BoundDispatch[];
    throw new RangeError("Cannot run a program at once in which the host has work: use encodeInParts()");
  };
  const encode = () => {
    for (const dispatch of bound()) run(device, dispatch);
  };
  return {
    run(times = 1) {
      for (let time = 0; time < times; time++) encode();
      device.flush();
    },
    encode,
    async encodeInParts(watched) {
      memory.check();
      const uses = (watched?.tensors ?? []).map((tensor) => lastUse(launches, tensor));
      let next = 0;
      for (const [i, step] of steps.entries()) {
        if (isBound(step)) run(device, step);
        else await work(step); // GPU sync point
        while (uses[next] <= i) watched!.final(next++);
      }
    },
    profile: () => profileDispatches(device, bound()),
    dispatches: dispatches.length,
    bytes: buffers.reduce((sum, buffer) => sum + buffer.size, 0),
    free: () => memory.free(),
  };
}

/** The index of the last step that uses any of a tensor's memory; -1 if none does. */
function lastUse(launches: readonly Launch[], { storage, byteOffset, bytes }: Tensor): number {
  return launches.findLastIndex(({ tensors }) =>
    tensors.some((used) =>
      used.storage === storage && used.byteOffset < byteOffset + bytes &&
      byteOffset < used.byteOffset + used.bytes
    )
  );
}

/** The host's work on the memory that its tensors have now. */
function withMemory(work: HostWork): HostWork {
  const tensors = work.tensors.map(({ device, shape, dtype, storage, byteOffset }) =>
    new Tensor(device, shape, dtype, { ...storage }, byteOffset)
  );
  return { ...work, tensors };
}

function isBound(step: BoundDispatch | HostWork): step is BoundDispatch {
  return "group" in step;
}

/** Does the host's work on what the tensors hold now. Waits for the GPU. */
async function work({ tensors, reads, act }: HostWork): Promise<void> {
  const values = await Promise.all(tensors.slice(0, reads).map((tensor) => tensor.read())); // GPU sync point
  const results = await act(values);
  tensors.slice(reads).forEach((tensor, i) => tensor.write(results[i]));
}

/** When a storage is first written and last used, as indices of steps; kept storages have no end. */
interface Lifetime {
  readonly first: number;
  last: number;
}

/**
 * The lifetime of every storage that has no memory yet.
 * @throws TypeError if one is read or kept but not written by any step
 */
function lifetimes(launches: readonly Launch[], kept: readonly Tensor[]): Map<Storage, Lifetime> {
  const found = new Map<Storage, Lifetime>();
  launches.forEach((launch, i) => {
    const { name, tensors } = launch;
    const reads = (at: number) =>
      isDispatch(launch) ? launch.kernel.bindings[at].access === "read" : at < launch.reads;
    tensors.forEach(({ storage }, at) => {
      const lifetime = found.get(storage);
      if (lifetime) lifetime.last = i;
      if (lifetime || storage.buffer) return;
      if (reads(at)) {
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
    launches: readonly Launch[],
    planned: ReadonlyMap<Storage, Lifetime>,
    buffers: readonly GPUBuffer[],
  ) {
    this.#device = device;
    for (const [storage, lifetime] of planned) if (lifetime.last < Infinity) storage.buffer = undefined;
    this.#kept = [...planned.keys()].filter((storage) => storage.buffer);
    const keptBuffers = new Set(this.#kept.map((storage) => storage.buffer));
    this.#scratch = new Set(buffers.filter((buffer) => !keptBuffers.has(buffer)));
    const storages = launches.flatMap(({ tensors }) => tensors.map((tensor) => tensor.storage));
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
