/** How fast the adapter is: multiply-adds in registers, and bytes through memory. */
import { fmaOperations, type FmaProbe, probeFma } from "../../../kernels/probe_fma.ts";
import { probeCopy } from "../../../kernels/probe_copy.ts";
import { GpuError } from "../../base/errors.ts";
import type { Device } from "../../core/device.ts";
import { kernel } from "../../core/kernel.ts";
import { type Program, recordProgram } from "../../core/program.ts";
import { empty, tensorOf } from "../../core/tensor.ts";

/** What the probes measured. */
export interface Speed {
  /** f32 operations a second in registers, in units of 1e9; a multiply-add counts as two. */
  readonly gflops: number;
  /** Bytes read plus bytes written a second, in units of 1e9. */
  readonly gigabytes: number;
}

const fma = kernel("probe_fma", probeFma);
const copy = kernel("probe_copy", probeCopy);

/**
 * Which unroll is fastest depends on the registers: on a processor with AVX2 it is 8 accumulators, and others fall
 * to a third of it.
 */
const UNROLLS = [[8, 16], [8, 64], [12, 8], [16, 8]] as const;
const ROUNDS = 65_536;
/** A launch that takes less than this is too short to be timed well. */
const LEAST_MS = 5;
/** No further run of a probe after this time. */
const MOST_MS = 250;

/** Measures both; takes a second or two. @throws GpuError if the adapter computes something else than it should */
export async function measureSpeed(device: Device): Promise<Speed> {
  const speed = { gflops: 0, gigabytes: await copySpeed(device) };
  for (const [accumulators, steps] of UNROLLS) {
    const rounds = ROUNDS / (accumulators * steps) | 0;
    speed.gflops = Math.max(
      speed.gflops,
      await fmaSpeed(device, { accumulators, steps, rounds, groups: 64 }),
    );
  }
  return speed;
}

/** 1e9 operations a second of one unroll, with as many threads as a launch of {@link LEAST_MS} needs. */
async function fmaSpeed(device: Device, probe: FmaProbe): Promise<number> {
  const milliseconds = await device.scope(async () => {
    const factors = tensorOf(device, [0.999, 0.001], [2], "f32", "factors");
    const sums = empty(device, [probe.groups * 64], "f32", "sums");
    const program = await recordProgram(device, () => (fma.run({ factors, sums }, probe), []));
    const best = await time(device, program);
    program.free();
    const [first] = await sums.read(); // GPU sync point
    // Every accumulator tends to 0.001 / (1 - 0.999) = 1.
    if (!(first > 0.9 * probe.accumulators)) {
      throw new GpuError(`Cannot trust the adapter as probe_fma computed ${first}: update its driver`);
    }
    return best;
  });
  const groups = probe.groups * 4;
  if (milliseconds < LEAST_MS && groups <= 65_535) return await fmaSpeed(device, { ...probe, groups });
  return fmaOperations(probe) / milliseconds / 1e6;
}

/** 1e9 bytes a second, read and written: more bytes than a cache holds, and a launch of {@link LEAST_MS} if it can be. */
async function copySpeed(device: Device, bytes = 2 ** 26): Promise<number> {
  const { maxStorageBufferBindingSize, maxBufferSize } = device.gpu.limits;
  const largest = Math.min(maxStorageBufferBindingSize, maxBufferSize, 2 ** 28);
  const milliseconds = await device.scope(async () => {
    const x = empty(device, [bytes / 4], "f32", "copy source");
    const y = empty(device, [bytes / 4], "f32", "copy target");
    const program = await recordProgram(device, () => (copy.run({ x, y }, { bytes }), []));
    const best = await time(device, program);
    program.free();
    return best;
  });
  if (milliseconds < LEAST_MS && 2 * bytes <= largest) return await copySpeed(device, 2 * bytes);
  return 2 * bytes / milliseconds / 1e6;
}

/** Milliseconds of a program's one launch: the best of a few, at least two, as the first touches new memory. */
async function time(device: Device, program: Program): Promise<number> {
  const start = performance.now();
  let best = Infinity;
  for (let run = 0; run < 2 || (run < 5 && performance.now() - start < MOST_MS); run++) {
    const milliseconds = device.gpu.features.has("timestamp-query")
      ? (await program.profile())[0].milliseconds
      : await wallTime(device, program);
    if (milliseconds > 0) best = Math.min(best, milliseconds);
  }
  return best;
}

/** Milliseconds of a launch by the clock: what several launches and a wait take longer than a wait alone. */
async function wallTime(device: Device, program: Program): Promise<number> {
  const launches = 4;
  const wait = async (count: number) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) program.run();
    await device.gpu.queue.onSubmittedWorkDone(); // GPU sync point
    return performance.now() - start;
  };
  const idle = await wait(0);
  return (await wait(launches) - idle) / launches;
}
