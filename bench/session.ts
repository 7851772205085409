/** Shared by the sub-commands: the options, the report, and the adapter with its probes. */
import { GpuError, LimitError } from "../src/base/errors.ts";
import { type Device, isSoftware, type Matmul, openDevice } from "../src/core/device.ts";
import { measureSpeed, type Speed } from "../src/tasks/doctor/probes.ts";
import type { Host } from "../src/setup/host.ts";
import type { Options } from "./options.ts";
import type { Report } from "./report.ts";
import { Plausibility } from "./plausible.ts";
import { PATIENCE, type Patience } from "./timing.ts";

/** The part of the host that bench uses. */
export type BenchHost = Pick<
  Host,
  | "readFile"
  | "encodeJpeg"
  | "appendText"
  | "appendBytes"
  | "linkAtomic"
  | "folderStore"
  | "plotting"
  | "runtime"
  | "signal"
  | "openGpu"
  | "openTree"
  | "pictures"
  | "cacheFolder"
  | "gitCommit"
  | "machine"
  | "writeAtomic"
  | "print"
>;

/** One run of bench. */
export interface Session {
  readonly host: BenchHost;
  readonly options: Options;
  readonly report: Report;
  readonly gpu: GPU;
  /** True for a software GPU, for which sizes are smaller. */
  readonly software: boolean;
  /** True if it has matrix units. */
  readonly multipliesMatrices: boolean;
  /** The denominators: all shares are relative to this run's own probes. */
  readonly speed: Speed;
  readonly patience: Patience;
  readonly plausibility: Plausibility;
  /** The measured kernel variants, by key, so that later devices reuse what an earlier one measured. */
  readonly choices: Map<string, string>;
}

/** Long enough for a GPU's clocks to rise, and for a software adapter's noise to even out. */
const probeTime = ({ rounds }: Options) => ({ least: 20, most: 160 * rounds });
/** A drift of the probes beyond these shares makes a run's ratios doubtful. */
const MOST_DRIFT = { gflops: 0.15, gigabytes: 0.25 };

/** Opens the adapter, prints and stores its description, and measures the probes. */
export async function openSession(host: BenchHost, options: Options, report: Report): Promise<Session> {
  const gpu = await host.openGpu(options.gpu);
  const device = await openDevice(gpu);
  const software = isSoftware(device.adapter), multipliesMatrices = device.matrixUnit !== undefined;
  const { version, system, processor, cores } = await host.machine();
  const { vendor, architecture, description } = device.adapter;
  const name = description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed";
  const commit = (await host.gitCommit())?.slice(0, 10);
  report.fact("adapter", { name, vendor, architecture, software, features: [...device.gpu.features] });
  report.fact("versions", { wgrad: version, commit, runtime: host.runtime, webgpu: options.gpu, system });
  report.fact("machine", { processor, cores });
  report.fact("date", new Date().toISOString());
  report.print(`adapter  ${name}${software ? ", a software GPU" : ""}, through ${host.runtime}`);
  report.print(`machine  ${processor || "unknown processor"}, ${cores} cores, ${system}`);
  report.print(`wgrad    ${version}${commit ? `, commit ${commit}` : ""}`);
  const speed = await measureSpeed(device, probeTime(options));
  device.close();
  report.fact("probe", speed);
  report.print(`probe    ${speedText(speed)}: the 100 % for everything below`);
  const patience = { ...PATIENCE, rounds: options.rounds };
  const plausibility = new Plausibility();
  const kind = { software, multipliesMatrices };
  return { host, options, report, gpu, ...kind, speed, patience, plausibility, choices: new Map() };
}

/**
 * Probes again, and reports if the machine's speed has changed since the start, which makes ratios doubtful.
 * @throws GpuError if something was measured that cannot be
 */
export async function closeSession({ gpu, speed, report, options, plausibility }: Session): Promise<void> {
  const device = await openDevice(gpu);
  const last = await measureSpeed(device, probeTime(options));
  device.close();
  report.fact("probeAtEnd", last);
  const drifted = (name: keyof Speed) => Math.abs(last[name] / speed[name] - 1) > MOST_DRIFT[name];
  const doubtful = drifted("gflops") || drifted("gigabytes");
  report.print("");
  report.print(
    `probe    ${speedText(last)} at the end${doubtful ? ": the speed has drifted; run again" : ""}`,
  );
  plausibility.require();
}

function speedText({ gflops, gigabytes }: Speed): string {
  const rounded = (value: number) => value >= 100 ? value.toFixed(0) : value.toPrecision(3);
  return `${rounded(gflops)} GFLOP/s of f32 multiply-adds, ${rounded(gigabytes)} GB/s of copying`;
}

/** True once the seconds of `--budget` are over, so that `what` is left out, which a note says. */
export function isLeftOut({ options: { budget }, report }: Session, what: string): boolean {
  if (budget === undefined || performance.now() < 1000 * budget) return false;
  report.note(`left out, as the ${budget} s are over: ${what}`);
  return true;
}

/** Measures what may not fit the GPU's memory: then a note says so in place of a result. */
export async function ifItFits({ report }: Session, what: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    const isTooLarge = error instanceof LimitError ||
      error instanceof GpuError && /out of memory/i.test(error.message);
    if (!isTooLarge) throw error;
    report.note(`not measured: ${what}: ${error.message}`);
  }
}

/** Runs `body` with a separate device, so that memory is counted from zero; closes it. */
export function withDevice<T>(
  session: Session,
  body: (device: Device) => Promise<T>,
  matmul?: Matmul,
): Promise<T> {
  return withDevices(session, [matmul], ([device]) => body(device));
}

/** Runs `body` with a device for each way of multiplying f32; closes them. */
export async function withDevices<T>(
  { gpu, choices }: Session,
  matmuls: readonly (Matmul | undefined)[],
  body: (devices: readonly Device[]) => Promise<T>,
): Promise<T> {
  const devices: Device[] = [];
  try {
    for (const matmul of matmuls) {
      const device = await openDevice(gpu, matmul);
      for (const [key, name] of choices) device.choices.set(key, name);
      devices.push(device);
    }
    return await body(devices);
  } finally {
    for (const device of devices) {
      for (const [key, name] of device.choices) choices.set(key, name);
      device.close();
    }
  }
}
