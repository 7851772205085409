import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { ConfigError, GpuError } from "../../src/base/errors.ts";
import { type AdapterDescription, type Device, openDevice } from "../../src/core/device.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { openGpu } from "../../src/host/deno_gpu.ts";
import { decodeImage } from "../../src/host/deno_images.ts";
import { adapterFindings, adapterSection } from "../../src/tasks/doctor/adapter_report.ts";
import type { DriverFile, Machine } from "../../src/tasks/doctor/machine.ts";
import { machineFindings, noAdapterCure, vulkanSection } from "../../src/tasks/doctor/machine_report.ts";
import { checkPictures } from "../../src/tasks/doctor/pictures.ts";
import { measureSpeed } from "../../src/tasks/doctor/probes.ts";
import { doctor, examine } from "../../src/tasks/doctor.ts";
import type { Host } from "../../src/tasks/host.ts";
import { gpuTest } from "../rings.ts";

const LAVAPIPE: DriverFile = {
  path: "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json",
  library: "libvulkan_lvp.so",
  isLibraryFound: true,
  isSearched: true,
};
const NVIDIA: DriverFile = {
  path: "/usr/share/vulkan/icd.d/nvidia_icd.json",
  library: "libGLX_nvidia.so.0",
  isLibraryFound: true,
  isSearched: true,
};

const MACHINE: Machine = {
  version: "1.2.3",
  os: "linux",
  system: "Debian 12, x86_64",
  processor: "Test CPU",
  cores: 2,
  memoryBytes: 8 * 2 ** 30,
  vulkanLoader: "/usr/lib/libvulkan.so.1",
  drivers: [LAVAPIPE],
  driverVersions: ["Mesa 22.3.6"],
  deviceFiles: [],
  variables: {},
  browser: "/usr/bin/chromium",
};

const NO_ADAPTER = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;

/** A host without an adapter, and the lines that it was given to print. */
function fakeHost(changes: Partial<Host> = {}): { host: Host; lines: string[] } {
  const lines: string[] = [];
  const host: Partial<Host> = {
    runtime: "Deno 9.9.9",
    configFiles: denoConfigFiles(),
    decode: decodeImage,
    openGpu: () => Promise.resolve(NO_ADAPTER),
    gitCommit: () => Promise.resolve("0123456789abcdef"),
    machine: () => Promise.resolve(MACHINE),
    print: (line) => void lines.push(line),
    ...changes,
  };
  return { host: host as Host, lines };
}

Deno.test("doctor() without an adapter prints the rest, what to install, and returns 4", async () => {
  const { host, lines } = fakeHost({ machine: () => Promise.resolve({ ...MACHINE, drivers: [] }) });
  assertEquals(await doctor(host), 4);
  const text = lines.join("\n");
  for (
    const part of [
      "  wgrad             1.2.3, commit 0123456789",
      "  runtime           Deno 9.9.9",
      "  drivers           none found",
      "  name              none found",
      "  JPEG              decodes",
      "FAULT  No WebGPU adapter was found",
      "`sudo apt-get install mesa-vulkan-drivers`",
    ]
  ) assertStringIncludes(text, part);
  assertEquals(lines.at(-1), "Training cannot run: see the faults above.");
  assert(lines.every((line) => line.length <= 110 && line === line.trimEnd()), text);
});

Deno.test("doctor() shows a GPU that cannot be opened as a fault with its cure", async () => {
  const refuse = () => Promise.reject(new GpuError("Cannot open a GPU as it is busy: wait a little"));
  const { host } = fakeHost({ openGpu: refuse });
  const { findings } = await examine(host, "auto");
  assertEquals(findings, [{
    kind: "fault",
    problem: "Cannot open a GPU as it is busy",
    cure: "wait a little",
  }]);
});

Deno.test("doctor() hands on an error that is no fault of the GPU, and refuses an unknown setting", async () => {
  const { host } = fakeHost({ openGpu: () => Promise.reject(new TypeError("a bug")) });
  await assertRejects(() => doctor(host), TypeError, "a bug");
  await assertRejects(() => doctor(host, ["gpu=down"]), ConfigError, "did you mean dawn?");
});

Deno.test("doctor() opens the GPU that the command line names", async () => {
  const choices: string[] = [];
  const { host } = fakeHost({ openGpu: (choice) => (choices.push(choice), Promise.resolve(NO_ADAPTER)) });
  await doctor(host);
  await doctor(host, ["gpu=dawn"]);
  assertEquals(choices, ["auto", "dawn"]);
});

gpuTest("doctor() on this machine names the adapter and its speed, and returns 0", async () => {
  const { host, lines } = fakeHost({ openGpu });
  assertEquals(await doctor(host), 0);
  const text = lines.join("\n");
  const adapter = (await navigator.gpu.requestAdapter())!;
  assertStringIncludes(text, `  name              ${adapter.info.description}`);
  assertMatch(text, /\n {2}through {11}Deno 9\.9\.9's WebGPU/);
  assertMatch(
    text,
    /\n {2}arithmetic {8}[\d.]+ GFLOP\/s, f32 multiply-adds in registers, by the (?:GPU's timestamps|clock)\n/,
  );
  assertMatch(text, /\n {2}memory {12}[\d.]+ GB\/s, read and written by a copy\n/);
  assertEquals(lines.at(-1), "Training can run.");
});

gpuTest("measureSpeed() takes the clock where there are no timestamps", async () => {
  const device = await openDevice(await openGpu());
  Object.defineProperty(device.gpu, "features", { value: new Set() });
  const { gflops, gigabytes } = await measureSpeed(device);
  assert(gflops > 0.1 && gflops < 1e6 && gigabytes > 0.01 && gigabytes < 1e5, `${gflops}, ${gigabytes}`);
  assertEquals(device.pool.stats().live, 0);
  device.close();
});

const cures: { what: string; machine: Partial<Machine>; cure: string }[] = [
  { what: "no driver", machine: { drivers: [] }, cure: "apt-get install mesa-vulkan-drivers" },
  { what: "no loader", machine: { vulkanLoader: undefined }, cure: "libvulkan1" },
  {
    what: "a driver whose library is gone",
    machine: { drivers: [{ ...LAVAPIPE, isLibraryFound: false }] },
    cure: "apt-get install mesa-vulkan-drivers",
  },
  {
    what: "a variable that names no driver",
    machine: {
      drivers: [{ ...LAVAPIPE, isLibraryFound: false }],
      variables: { VK_ICD_FILENAMES: "/x.json" },
    },
    cure: "`unset VK_ICD_FILENAMES`",
  },
  {
    what: "a backend that a variable names",
    machine: { variables: { DENO_WEBGPU_BACKEND: "gl" } },
    cure: "`unset DENO_WEBGPU_BACKEND`",
  },
  { what: "NVIDIA's driver alone", machine: { drivers: [NVIDIA] }, cure: "libx11-6" },
  { what: "drivers for other GPUs", machine: {}, cure: "the drivers found drive no GPU of this machine" },
  { what: "a Mac", machine: { os: "darwin" }, cure: "update macOS" },
  { what: "Windows", machine: { os: "windows" }, cure: "update the GPU's driver" },
];
for (const { what, machine, cure } of cures) {
  Deno.test(`the cure for no adapter with ${what} is ${cure}`, () => {
    assertStringIncludes(noAdapterCure({ ...MACHINE, ...machine }), cure);
  });
}

const notes: { what: string; machine: Partial<Machine>; problem: string; cure: string }[] = [
  {
    what: "an NVIDIA GPU without a Vulkan driver",
    machine: { deviceFiles: [{ path: "/dev/nvidia0", isUsable: true }] },
    problem: "the Vulkan loader finds no driver for it",
    cure: "NVIDIA_DRIVER_CAPABILITIES=all",
  },
  {
    what: "an NVIDIA driver where the loader does not look",
    machine: {
      deviceFiles: [{ path: "/dev/nvidia0", isUsable: true }],
      drivers: [{ ...NVIDIA, path: "/usr/local/nvidia/vulkan/icd.d/nvidia_icd.json", isSearched: false }],
    },
    problem: "the Vulkan loader finds no driver for it",
    cure: "`export VK_DRIVER_FILES=/usr/local/nvidia/vulkan/icd.d/nvidia_icd.json`",
  },
  {
    what: "a device file that may not be opened",
    machine: { deviceFiles: [{ path: "/dev/dri/renderD128", isUsable: false }] },
    problem: "This user may not open /dev/dri/renderD128",
    cure: "usermod -aG render",
  },
  {
    what: "a driver file without its library",
    machine: { drivers: [{ ...LAVAPIPE, isLibraryFound: false }] },
    problem: "names libvulkan_lvp.so, which is missing",
    cure: "install its package again",
  },
  {
    what: "no browser",
    machine: { browser: undefined },
    problem: "the page tests cannot run",
    cure: "CHROME_PATH",
  },
];
for (const { what, machine, problem, cure } of notes) {
  Deno.test(`the doctor notes ${what}, and its cure`, () => {
    const findings = machineFindings({ ...MACHINE, ...machine });
    assertEquals(findings.map(({ kind }) => kind), ["note"]);
    assertStringIncludes(findings[0].problem, problem);
    assertStringIncludes(findings[0].cure, cure);
  });
}

Deno.test("the doctor has nothing to note on a machine in order", () => {
  assertEquals(machineFindings(MACHINE), []);
  const nvidia = { deviceFiles: [{ path: "/dev/nvidia0", isUsable: true }], drivers: [NVIDIA] };
  assertEquals(machineFindings({ ...MACHINE, ...nvidia }), []);
  assertEquals(machineFindings({ ...MACHINE, deviceFiles: undefined }), []);
});

Deno.test("the doctor lists drivers by folder, and each that is not in order with its fault", () => {
  const broken = {
    ...LAVAPIPE,
    path: "/etc/vulkan/icd.d/old.json",
    library: "/opt/old.so",
    isLibraryFound: false,
  };
  const { facts } = vulkanSection({ ...MACHINE, drivers: [LAVAPIPE, NVIDIA, broken] })!;
  assertEquals(facts.filter(([name]) => name.startsWith("driver")).map(([, value]) => value), [
    "lvp, nvidia in /usr/share/vulkan/icd.d",
    "/etc/vulkan/icd.d/old.json lacks /opt/old.so",
  ]);
  assertEquals(vulkanSection({ ...MACHINE, os: "darwin" }), undefined);
});

/** A device as the report sees it: a hardware GPU that has all it needs, but for the changes. */
function fakeDevice(
  adapter: Partial<AdapterDescription>,
  limits: Partial<GPUSupportedLimits> = {},
  features = ["timestamp-query", "shader-f16"],
): Device {
  return {
    adapter: { vendor: "4318", architecture: "", device: "1", description: "NVIDIA H200", ...adapter },
    gpu: {
      features: new Set(features),
      limits: {
        maxBufferSize: 2 ** 32,
        maxStorageBufferBindingSize: 2 ** 31,
        maxStorageBuffersPerShaderStage: 8,
        maxComputeInvocationsPerWorkgroup: 256,
        maxComputeWorkgroupStorageSize: 16_384,
        ...limits,
      },
    },
  } as unknown as Device;
}

Deno.test("the doctor describes an adapter, and has nothing to note on a good one", () => {
  const facts = new Map(adapterSection(fakeDevice({}), "Deno 9.9.9's WebGPU").facts);
  assertEquals(facts.get("name"), "NVIDIA H200");
  assertEquals(facts.get("vendor"), "NVIDIA");
  assertEquals(facts.get("largest tensor"), "2.0 GiB: batches of up to 668 at 224 pixels in f32");
  assertEquals(facts.get("storage buffers"), "8 a kernel, 8 needed");
  assertEquals(adapterFindings(fakeDevice({}), MACHINE), []);
});

Deno.test("the doctor notes a software GPU, OpenGL, missing timestamps, and limits that are too low", () => {
  const problems = (device: Device, machine = MACHINE) =>
    adapterFindings(device, machine).map(({ kind, problem }) => `${kind}: ${problem}`);
  const software = "note: The adapter is a software GPU, so training runs on the processor";
  assertEquals(problems(fakeDevice({ description: "SwiftShader driver 5.0.0" })), [software]);
  assertEquals(problems(fakeDevice({ isFallbackAdapter: true })), [software]);
  const openGl = fakeDevice({ subgroupMinSize: 4, subgroupMaxSize: 128 });
  assertEquals(problems(openGl), ["note: No Vulkan driver gave an adapter, so the runtime took OpenGL"]);
  assertEquals(problems(openGl, { ...MACHINE, os: "darwin" }), []);
  assertEquals(problems(fakeDevice({}, {}, [])), [
    "note: The adapter has no timestamp queries, so single kernels cannot be profiled",
  ]);
  assertEquals(problems(fakeDevice({}, { maxStorageBuffersPerShaderStage: 4 })), [
    "fault: The adapter's maxStorageBuffersPerShaderStage is 4, and kernels need 8",
  ]);
});

Deno.test("the doctor shows pictures that do not decode, or to wrong values, as faults", async () => {
  assertEquals((await checkPictures(decodeImage)).findings, []);
  const failing = await checkPictures(() => Promise.reject(new Error("no such library\nat a stack")));
  assertEquals(failing.findings.map(({ problem }) => problem), ["A JPEG does not decode: no such library"]);
  assertStringIncludes(failing.findings[0].cure, "`deno install`");
  const grey = await checkPictures(() =>
    Promise.resolve({ width: 16, height: 8, data: new Uint8Array(384).fill(128) })
  );
  assertEquals(grey.findings.map(({ problem }) => problem), [
    "A JPEG decodes to wrong values: up to 108 levels off",
  ]);
  const short = await checkPictures(() => Promise.resolve({ width: 2, height: 1, data: new Uint8Array(6) }));
  assertEquals(short.findings.map(({ kind }) => kind), ["fault"]);
});
