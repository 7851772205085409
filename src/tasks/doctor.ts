/** `doctor`: reports this machine's equipment, its speed, what prevents training, and the cure for each fault. */
import { append } from "../base/lists.ts";
import { GpuError } from "../base/errors.ts";
import { loadConfig } from "../config/mod.ts";
import { type Device, isSoftware, openDevice } from "../core/device.ts";
import { unitText } from "../core/matrix_unit.ts";
import { DEFAULT_PROVIDER, type ProviderName, providers } from "../core/providers/mod.ts";
import { adapterFindings, adapterSection, isOpenGl } from "./doctor/adapter_report.ts";
import { machineFindings, noAdapterCure, softwareSection, vulkanSection } from "./doctor/machine_report.ts";
import { mpiFindings, mpiSection } from "./doctor/mpi_report.ts";
import type { Machine } from "../setup/machine.ts";
import { nvidiaFindings } from "./doctor/nvidia_report.ts";
import { checkPictures } from "./doctor/pictures.ts";
import { measureSpeed } from "./doctor/probes.ts";
import {
  canTrain,
  type Finding,
  formatSection,
  formatVerdict,
  type Report,
  type Section,
} from "./doctor/report.ts";
import { parseArguments } from "../launch/usage.ts";
import { matrixUnitsOf } from "../setup/choose_gpu.ts";
import type { Host } from "../setup/host.ts";
import { keptChoices } from "../setup/kernel_choices.ts";
import { usages } from "./usages.ts";

/** Prints the report. @returns the exit code: 0, or 4 if training cannot run */
export async function doctor(host: Host, args: readonly string[] = []): Promise<number> {
  const { others, flags } = parseArguments(args, usages.doctor);
  const { gpu } = loadConfig(host.configFiles, others);
  if (flags.has("hardware")) return await requireHardware(host, gpu);
  const isJson = flags.has("json");
  const report = await examine(
    host,
    gpu,
    (section) => isJson || formatSection(section).forEach((line) => host.print(line)),
  );
  if (isJson) host.print(JSON.stringify({ ...report, canTrain: canTrain(report) }, null, 2));
  else formatVerdict(report).forEach((line) => host.print(line));
  return canTrain(report) ? 0 : 4;
}

/** Says which GPU is used, or why it is none of hardware. @returns the exit code: 0, or 4 if there is none */
async function requireHardware(host: Host, provider: ProviderName): Promise<number> {
  const adapter = await host.openGpu(provider).then((gpu) => gpu.requestAdapter()).catch((error) => {
    if (error instanceof GpuError) return null;
    throw error;
  });
  if (adapter && !isSoftware(adapter.info)) {
    host.print(`device  ${adapter.info.description}`);
    return 0;
  }
  const machine = await host.machine();
  const problem = adapter
    ? `The only GPU that Vulkan finds is ${adapter.info.description}, a software GPU`
    : "No WebGPU adapter was found";
  const findings = [
    { kind: "fault", problem, cure: noAdapterCure(machine) } as const,
    ...nvidiaFindings(machine),
  ];
  formatVerdict({ sections: [], findings }).forEach((line) => host.print(line));
  return 4;
}

/** Examines everything. `show` gets each section as soon as it is ready, because the probes take a while. */
export async function examine(
  host: Host,
  provider: ProviderName,
  show: (section: Section) => void = () => {},
): Promise<Report> {
  const sections: Section[] = [];
  const add = (section: Section | undefined) => {
    if (section) sections.push(section);
    if (section) show(section);
  };
  const machine = await host.machine();
  add(softwareSection(machine, host.runtime, await host.gitCommit()));
  add(vulkanSection(machine));
  const gpu = await examineGpu(host, provider, machine, add);
  const pictures = await checkPictures(host.pictures);
  add({ title: "Pictures", facts: pictures.facts });
  const mpi = await host.findMpi();
  add(mpiSection(mpi));
  const findings = [...machineFindings(machine), ...gpu, ...pictures.findings, ...mpiFindings(mpi)];
  return { sections, findings };
}

/** Adapter and probes. A GPU error is a finding and does not end the examination. */
async function examineGpu(
  host: Host,
  provider: ProviderName,
  machine: Machine,
  add: (section: Section) => void,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  let device: Device | undefined;
  try {
    const gpu = await host.openGpu(provider);
    if (!await gpu.requestAdapter()) {
      add({ title: "Adapter", facts: [["name", "none found"]] });
      return [{ kind: "fault", problem: "No WebGPU adapter was found", cure: noAdapterCure(machine) }];
    }
    device = await openDevice(gpu);
    const { description } = providers[provider];
    const through = isOpenGl(device.adapter, machine) ? `${description}, on OpenGL` : description;
    add(adapterSection(device, through, await matrixFacts(host, device, provider)));
    append(findings, adapterFindings(device, machine));
    add(await speedSection(device));
    add(await kernelSection(host, device));
  } catch (error) {
    if (!(error instanceof GpuError)) throw error;
    const [problem, ...cure] = error.message.split(": ");
    findings.push({ kind: "fault", problem, cure: cure.join(": ") || noAdapterCure(machine) });
  } finally {
    device?.close();
  }
  return findings;
}

/** The matrix units through a provider, and through Dawn, where a training in 16-mixed looks next on a GPU. */
async function matrixFacts(
  host: Host,
  { adapter }: Device,
  provider: ProviderName,
): Promise<[string, string][]> {
  const others = provider === DEFAULT_PROVIDER && !isSoftware(adapter) ? ["dawn" as const] : [];
  const facts: [string, string][] = [];
  for (const name of [provider, ...others]) {
    const found = await matrixUnitsOf(host, name);
    const units = "unit" in found ? `${unitText(found.unit)}, f16 with sums in f32` : `no: ${found.lack}`;
    facts.push([facts.length === 0 ? "matrix units" : `  with gpu=${name}`, units]);
  }
  return facts;
}

/** The kernel choices that earlier runs made for this adapter. */
async function kernelSection(host: Host, device: Device): Promise<Section> {
  const family = isSoftware(device.adapter)
    ? "in registers, for software adapters"
    : "through workgroup memory, for GPUs";
  const products = device.matrixUnit ? `${family}; of f16 on matrix units` : family;
  const { path, choices } = await keptChoices(host, device);
  const kept = choices.size > 0
    ? `${choices.size} measured, stored in ${path}`
    : "none measured yet; trainer.tune_kernels=true measures before the first step";
  return { title: "Kernels", facts: [["convolutions", products], ["choices", kept]] };
}

async function speedSection(device: Device): Promise<Section> {
  const { gflops, gigabytes } = await measureSpeed(device);
  const clock = device.gpu.features.has("timestamp-query") ? "timed by the GPU" : "timed by the CPU";
  return {
    title: "Speed",
    facts: [
      ["arithmetic", `${rounded(gflops)} GFLOP/s, f32 multiply-adds in registers, ${clock}`],
      ["memory", `${rounded(gigabytes)} GB/s, read and written in a copy`],
    ],
  };
}

/** Rounds to three significant digits. */
function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
