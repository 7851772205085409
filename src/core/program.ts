/**
 * Programs: a step recorded once and replayed without walking the tape. While a recording is on, kernels are
 * collected instead of run, and tensors have no memory yet. When it ends, the planner knows from the dispatches
 * when each tensor is first and last used, and lets tensors whose lives do not overlap share buffers.
 */
import type { Device } from "./device.ts";
import { bindGroup, collectDispatches, type Dispatch, encodeDispatch } from "./kernel.ts";
import { type KernelTime, profileDispatches } from "./profile.ts";
import type { Storage } from "./pool.ts";
import type { Tensor } from "./tensor.ts";

/** A recorded step. Its kept tensors are overwritten by each run. */
export interface Program {
  /** Encodes and submits the step once; does not wait for the GPU. */
  run(): void;
  /** Runs the step once with timestamps around each kernel. Waits for the GPU. */
  profile(): Promise<KernelTime[]>;
  /** Kernel launches per run. */
  readonly dispatches: number;
  /** Bytes of the buffers that the program owns. */
  readonly bytes: number;
  /** Gives the program's buffers back to the pool. */
  free(): void;
}

/**
 * Records `body`, which runs ops on the device and returns the tensors to keep, and plans its memory.
 * @throws TypeError if `body` is asynchronous or reads a tensor
 */
export async function recordProgram(device: Device, body: () => readonly Tensor[]): Promise<Program> {
  let kept: readonly Tensor[] = [];
  const dispatches = collectDispatches(device, () => kept = body());
  await device.settled();
  const owned = plan(device, dispatches, new Set(kept.map((tensor) => tensor.storage)));
  const groups = dispatches.map((dispatch) => bindGroup(device, dispatch));
  return {
    run() {
      const pass = device.pass();
      dispatches.forEach((dispatch, i) => encodeDispatch(pass, dispatch, groups[i]));
      device.flush();
    },
    profile: () => profileDispatches(device, dispatches, groups),
    dispatches: dispatches.length,
    bytes: owned.reduce((sum, buffer) => sum + buffer.size, 0),
    free() {
      for (const buffer of owned) device.pool.release(buffer);
      owned.length = 0;
    },
  };
}

/** When a storage is first written and last touched, as indices of dispatches. */
interface Life {
  readonly first: number;
  last: number;
}

/** The life of every storage that has no memory yet. */
function lives(dispatches: readonly Dispatch[], kept: ReadonlySet<Storage>): Map<Storage, Life> {
  const lives = new Map<Storage, Life>();
  dispatches.forEach(({ tensors }, i) => {
    for (const { storage } of tensors) {
      const life = lives.get(storage);
      if (life) life.last = i;
      else if (!storage.buffer) lives.set(storage, { first: i, last: i });
    }
  });
  for (const storage of kept) {
    const life = lives.get(storage);
    if (life) life.last = Infinity;
  }
  return lives;
}

/** Gives every storage a buffer, one buffer to many storages where their lives allow; returns the buffers. */
function plan(device: Device, dispatches: readonly Dispatch[], kept: ReadonlySet<Storage>): GPUBuffer[] {
  const planned = lives(dispatches, kept);
  const byEnd = Map.groupBy(planned, ([, life]) => life.last);
  const byStart = Map.groupBy(planned, ([, life]) => life.first);
  const owned: GPUBuffer[] = [];
  const free: GPUBuffer[] = [];
  dispatches.forEach((_, i) => {
    for (const [storage] of byStart.get(i) ?? []) {
      storage.buffer = takeBest(free, storage.bytes);
      if (storage.buffer) continue;
      storage.buffer = device.pool.acquire(storage.bytes, storage.label);
      owned.push(storage.buffer);
    }
    for (const [storage] of byEnd.get(i) ?? []) free.push(storage.buffer!);
  });
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
