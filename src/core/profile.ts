/** GPU time per kernel, by timestamp queries around each dispatch. */
import { GpuError } from "../base/errors.ts";
import type { Device } from "./device.ts";
import { type BoundDispatch, encode } from "./kernel.ts";
import { encodeTextureCopies } from "./texture.ts";

/** One kernel launch with its time on the GPU. */
export interface KernelTime {
  readonly kernel: string;
  readonly milliseconds: number;
}

/** Timestamps in one query set; WebGPU allows 4096. */
const QUERIES = 4096;

/**
 * Runs dispatches one by one, each in its own pass with a timestamp at either end; copies into textures are not
 * timed.
 * @throws GpuError if the adapter has no timestamp queries
 */
export async function profileDispatches(
  device: Device,
  dispatches: readonly BoundDispatch[],
): Promise<KernelTime[]> {
  if (!device.gpu.features.has("timestamp-query")) {
    throw new GpuError("Cannot profile because the adapter has no timestamp queries: use another adapter");
  }
  const times: KernelTime[] = [];
  for (let start = 0; start < dispatches.length; start += QUERIES / 2) {
    const end = Math.min(start + QUERIES / 2, dispatches.length);
    const nanoseconds = await timeChunk(device, dispatches.slice(start, end));
    nanoseconds.forEach((time, i) =>
      times.push({ kernel: dispatches[start + i].dispatch.name, milliseconds: time / 1e6 })
    );
  }
  return times;
}

/** Nanoseconds of each dispatch. */
async function timeChunk(device: Device, dispatches: readonly BoundDispatch[]): Promise<number[]> {
  const { gpu } = device;
  const count = 2 * dispatches.length, bytes = 8 * count;
  const queries = gpu.createQuerySet({ label: "profile", type: "timestamp", count });
  const resolved = gpu.createBuffer({
    label: "profile",
    size: bytes,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  device.flush();
  const encoder = gpu.createCommandEncoder({ label: "profile" });
  dispatches.forEach((bound, i) => {
    const timestampWrites = {
      querySet: queries,
      beginningOfPassWriteIndex: 2 * i,
      endOfPassWriteIndex: 2 * i + 1,
    };
    encodeTextureCopies(encoder, bound.textureCopies);
    const pass = encoder.beginComputePass({ label: bound.dispatch.name, timestampWrites });
    encode(pass, bound);
    pass.end();
  });
  encoder.resolveQuerySet(queries, 0, count, resolved, 0);
  gpu.queue.submit([encoder.finish()]);
  try {
    const stamps = new BigUint64Array(await device.download(resolved, 0, bytes));
    return dispatches.map((_, i) => Number(stamps[2 * i + 1] - stamps[2 * i]));
  } finally {
    queries.destroy();
    resolved.destroy();
  }
}

/** Total milliseconds and launches by kernel, longest first. */
export function byKernel(
  times: readonly KernelTime[],
): { kernel: string; milliseconds: number; launches: number }[] {
  const groups = Map.groupBy(times, (time) => time.kernel);
  return [...groups].map(([kernel, launches]) => ({
    kernel,
    milliseconds: launches.reduce((sum, launch) => sum + launch.milliseconds, 0),
    launches: launches.length,
  })).sort((a, b) => b.milliseconds - a.milliseconds);
}
