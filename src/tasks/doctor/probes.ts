/** Measures the adapter's speed: multiply-adds in registers, and memory bandwidth. */
import { fmaOperations, type FmaProbe, probeFma } from "../../../kernels/probe_fma.ts";
import { COPY_UNROLLS, probeCopy } from "../../../kernels/probe_copy.ts";
import { GpuError } from "../../base/errors.ts";
import type { Device } from "../../core/device.ts";
import { elapsed } from "../../core/elapsed.ts";
import { kernel } from "../../core/kernel.ts";
import { type Program, recordProgram } from "../../core/program.ts";
import { empty, tensorOf } from "../../core/tensor.ts";

/** The measured speed. */
export interface Speed {
  /** f32 operations per second in registers, in units of 1e9; a multiply-add counts as two. */
  readonly gflops: number;
  /** Bytes read plus bytes written per second, in units of 1e9. */
  readonly gigabytes: number;
}

const fma = kernel("probe_fma", probeFma);
const copy = kernel("probe_copy", probeCopy);

/**
 * Which unrolling is fastest depends on the registers: on a CPU with AVX2 it is 8 accumulators, and others drop to a
 * third of its speed.
 */
const UNROLLS = [[8, 16], [8, 64], [12, 8], [16, 8]] as const;
const ROUNDS = 65_536;
/** Enough threads for any GPU. */
const MOST_GROUPS = 16_384;

/** Time limits of a probe. */
export interface ProbeTime {
  /** A single measurement takes at least this many milliseconds. */
  readonly least: number;
  /** No further run of a probe after this time. */
  readonly most: number;
}

/** Measures both, which takes a second or two. @throws GpuError if the adapter computes a wrong result */
export async function measureSpeed(
  device: Device,
  time: ProbeTime = { least: 5, most: 250 },
): Promise<Speed> {
  const speed = { gflops: 0, gigabytes: await copySpeed(device, time) };
  for (const [accumulators, steps] of UNROLLS) {
    const rounds = ROUNDS / (accumulators * steps) | 0;
    const gflops = await fmaSpeed(device, { accumulators, steps, rounds, groups: 64 }, time);
    speed.gflops = Math.max(speed.gflops, gflops);
  }
  return speed;
}

/** 1e9 operations per second for one unrolling, with more threads until a launch is long enough. */
async function fmaSpeed(device: Device, probe: FmaProbe, time: ProbeTime): Promise<number> {
  const milliseconds = await device.scope(async () => {
    const factors = tensorOf(device, [0.999, 0.001], [2], "f32", "factors");
    const sums = empty(device, [probe.groups * 64], "f32", "sums");
    const program = await recordProgram(device, () => (fma.run({ factors, sums }, probe), []));
    const best = await launchTime(device, program, time);
    program.free();
    const [first] = await sums.read(); // GPU sync point
    // Every accumulator converges to 0.001 / (1 - 0.999) = 1.
    if (!(first > 0.9 * probe.accumulators)) {
      throw new GpuError(`Cannot trust the adapter because probe_fma computed ${first}: update its driver`);
    }
    return best;
  });
  const groups = probe.groups * 4;
  if (milliseconds < time.least && groups <= MOST_GROUPS) {
    return await fmaSpeed(device, { ...probe, groups }, time);
  }
  return fmaOperations(probe) / milliseconds / 1e6;
}

/** 1e9 bytes per second, read and written: more bytes than a cache holds, if the adapter can bind as many. */
async function copySpeed(device: Device, time: ProbeTime, bytes = 2 ** 26): Promise<number> {
  const { maxStorageBufferBindingSize, maxBufferSize } = device.gpu.limits;
  const largest = Math.min(maxStorageBufferBindingSize, maxBufferSize, 2 ** 29);
  const milliseconds = await device.scope(async () => {
    const x = empty(device, [bytes / 4], "f32", "copy source");
    const y = empty(device, [bytes / 4], "f32", "copy target");
    let best = Infinity;
    for (const unroll of COPY_UNROLLS) {
      const program = await recordProgram(device, () => (copy.run({ x, y }, { bytes, ...unroll }), []));
      best = Math.min(best, await launchTime(device, program, time));
      program.free();
    }
    return best;
  });
  if (milliseconds < time.least && 2 * bytes <= largest) return await copySpeed(device, time, 2 * bytes);
  return 2 * bytes / milliseconds / 1e6;
}

/**
 * Milliseconds of a launch: the best of a few groups of launches, at least two, because the first touches new memory.
 */
async function launchTime(device: Device, program: Program, { least, most }: ProbeTime): Promise<number> {
  const start = performance.now();
  let best = Infinity, launches = 1;
  for (let run = 0; run < 2 || (run < 7 && performance.now() - start < most); run++) {
    const milliseconds = await elapsed(device, () => program.run(launches));
    if (milliseconds > 0) best = Math.min(best, milliseconds / launches);
    if (milliseconds < least) launches *= Math.min(16, Math.ceil(2 * least / Math.max(milliseconds, 0.01)));
  }
  return best;
}
