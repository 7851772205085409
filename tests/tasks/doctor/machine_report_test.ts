import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Machine } from "../../../src/setup/machine.ts";
import { machineFindings, noAdapterCure, vulkanSection } from "../../../src/tasks/doctor/machine_report.ts";
import { LAVAPIPE, MACHINE, NVIDIA } from "./fixtures.ts";

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
  {
    what: "Vulkan demanded",
    machine: { variables: { DENO_WEBGPU_BACKEND: "vulkan" } },
    cure: "the drivers found",
  },
  {
    what: "drivers for other GPUs",
    machine: {},
    cure: "none of the drivers found supports a GPU of this machine",
  },
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
    cure: "reinstall its package",
  },
  {
    what: "no browser",
    machine: { browser: undefined },
    problem: "the browser tests cannot run",
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
