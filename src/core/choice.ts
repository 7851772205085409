/**
 * Choices: one of several candidates that do the same work. An op lists them, most promising first; `tune` measures
 * them, and from then on the fastest is run. A choice depends on timings, so candidates should give the same bits,
 * and stored choices (see setup/kernel_choices.ts) make a machine's results repeatable.
 */
import { GpuError } from "../base/errors.ts";
import type { Device } from "./device.ts";
import { bind, collectDispatches, type Dispatch, setAside } from "./kernel.ts";
import { profileDispatches } from "./profile.ts";
import type { Storage } from "./pool.ts";

/** One way to do the work. */
export interface Candidate<T> {
  /** Short and stable, because it is stored on disk: "4x8x8". */
  readonly name: string;
  /** Runs the kernels. */
  run(): T;
}

/** The measurements for a key. */
export interface Choice {
  readonly key: string;
  readonly name: string;
  /** Milliseconds by candidate. */
  readonly milliseconds: Readonly<Record<string, number>>;
}

/** Collects the candidates of keys that have no choice yet while `tune` is recording. */
const listeners = new WeakMap<Device, Map<string, Map<string, Dispatch[]>>>();

/**
 * Runs the candidate chosen for `key`, or the first.
 * @param key what the candidates' speed depends on: "conv2d_forward f32 16x8x8x64 3x3/1 64"
 */
export function runChosen<T>(device: Device, key: string, candidates: readonly Candidate<T>[]): T {
  const name = device.choices.get(key);
  const chosen = candidates.find((candidate) => candidate.name === name); // undefined if it is from another version
  const heard = listeners.get(device);
  if (heard && !chosen && !heard.has(key) && candidates.length > 1) {
    heard.set(key, new Map(candidates.map(({ name, run }) => [name, setAside(device, run)])));
  }
  return (chosen ?? candidates[0]).run();
}

/** Rounds in which all candidates take turns; the fastest of each counts. */
const ROUNDS = 3;

/**
 * Measures the candidates of all keys that `body` uses and that have no choice yet, and sets the device's choices.
 * `body` is recorded, not run, so it may use tensors without memory.
 * @throws GpuError if the adapter has no timestamp queries
 */
export async function tune(device: Device, body: () => void): Promise<Choice[]> {
  if (!device.gpu.features.has("timestamp-query")) {
    throw new GpuError(
      "Cannot choose kernels by measurement because the adapter has no timestamp queries: " +
        "set trainer.tune_kernels=false",
    );
  }
  const heard = new Map<string, Map<string, Dispatch[]>>();
  listeners.set(device, heard);
  try {
    collectDispatches(device, body);
  } finally {
    listeners.delete(device);
  }
  await device.settled();
  const choices: Choice[] = [];
  for (const [key, candidates] of heard) {
    const milliseconds = await measure(device, candidates);
    const [[name]] = Object.entries(milliseconds).sort(([, a], [, b]) => a - b);
    device.choices.set(key, name);
    choices.push({ key, name, milliseconds });
  }
  return choices;
}

/** Milliseconds of each candidate, on its own memory. Waits for the GPU. */
async function measure(
  device: Device,
  candidates: ReadonlyMap<string, readonly Dispatch[]>,
): Promise<Record<string, number>> {
  const taken = allocateMissing(device, [...candidates.values()].flat());
  try {
    const best = Object.fromEntries([...candidates.keys()].map((name) => [name, Infinity]));
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, dispatches] of candidates) {
        const bound = dispatches.map((dispatch) => bind(device, dispatch));
        const times = await profileDispatches(device, bound); // GPU sync point
        const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
        if (round > 0) best[name] = Math.min(best[name], total); // the first round warms up
      }
    }
    return best;
  } finally {
    for (const storage of taken) device.release(storage);
    device.pool.trim();
  }
}

/** Gives memory to the storages that have none. */
function allocateMissing(device: Device, dispatches: readonly Dispatch[]): Storage[] {
  const storages = new Set(dispatches.flatMap(({ tensors }) => tensors.map(({ storage }) => storage)));
  const taken: Storage[] = [];
  for (const storage of storages) {
    if (storage.buffer) continue;
    storage.buffer = device.pool.acquire(storage.bytes, storage.label);
    taken.push(storage);
  }
  return taken;
}
