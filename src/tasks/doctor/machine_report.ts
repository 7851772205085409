/** The machine section of doctor: software, Vulkan drivers, and what is missing. */
import { mib } from "../../base/byte_size.ts";
import type { DriverFile, Machine } from "../../setup/machine.ts";
import { NVIDIA, nvidiaFindings } from "./nvidia_report.ts";
import type { Finding, Section } from "./report.ts";

const INSTALL_SOFTWARE = "`./setup.sh`, or `sudo apt-get install mesa-vulkan-drivers`, for the software GPU";

/** Versions, system and browser. */
export function softwareSection(machine: Machine, runtime: string, commit: string | undefined): Section {
  return {
    title: "Software",
    facts: [
      ["wgrad", `${machine.version}${commit ? `, commit ${commit.slice(0, 10)}` : ""}`],
      ["runtime", runtime],
      ["system", machine.system],
      [
        "processor",
        `${machine.processor || "unknown"}, ${machine.cores} threads, ${gib(machine.memoryBytes)} of memory`,
      ],
      ["browser", machine.browser ?? "none found"],
    ],
  };
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/** Loader, drivers, device files and variables; undefined on systems whose GPUs need no Vulkan. */
export function vulkanSection(machine: Machine): Section | undefined {
  if (machine.os !== "linux") return undefined;
  const versions = machine.driverVersions.join(", ");
  return {
    title: "Vulkan",
    facts: [
      ["loader", machine.vulkanLoader ?? "none found"],
      ...driverFacts(machine.drivers),
      ...(versions ? [["versions", versions] as const] : []),
      ["device files", deviceFilesText(machine.deviceFiles)],
      ...Object.entries(machine.variables).map(([name, value]) => ["variable", `${name}=${value}`] as const),
    ],
  };
}

/** One line for the working drivers of each folder, and one for each other driver. */
function driverFacts(drivers: readonly DriverFile[]): [string, string][] {
  if (drivers.length === 0) return [["drivers", "none found"]];
  const inOrder = (driver: DriverFile) => driver.isSearched && driver.isLibraryFound;
  const folders = Map.groupBy(drivers.filter(inOrder), ({ path }) => path.slice(0, path.lastIndexOf("/")));
  const shortName = ({ path }: DriverFile) =>
    path.slice(path.lastIndexOf("/") + 1).replace(/(_icd.*)?\.json$/, "");
  const fault = ({ library, isLibraryFound }: DriverFile) =>
    !library
      ? "names no library"
      : isLibraryFound
      ? "is where the loader does not search"
      : `lacks ${library}`;
  return [
    ...[...folders].map(([folder, files]): [string, string] => [
      "drivers",
      `${files.map(shortName).join(", ")} in ${folder}`,
    ]),
    ...drivers.filter((driver) => !inOrder(driver)).map((driver): [string, string] => [
      "driver",
      `${driver.path} ${fault(driver)}`,
    ]),
  ];
}

function deviceFilesText(files: Machine["deviceFiles"]): string {
  if (files === undefined) return "unknown: Deno reads /dev only with --allow-all";
  if (files.length === 0) return "none: no hardware GPU, or none visible to this process";
  return files.map(({ path, isUsable }) => isUsable ? path : `${path} (no permission)`).join(", ");
}

/** What is wrong with the machine, and the cure. */
export function machineFindings(machine: Machine): Finding[] {
  const isLinux = machine.os === "linux";
  return [
    ...(isLinux ? nvidiaFindings(machine) : []),
    ...machine.drivers.filter((driver) => driver.isSearched && !driver.isLibraryFound).map(
      missingLibraryFinding,
    ),
    ...(machine.deviceFiles ?? []).filter((file) => !file.isUsable).map(({ path }): Finding => ({
      kind: "note",
      problem: `This user may not open ${path}`,
      cure: "`sudo usermod -aG render,video $USER`, then log in again",
    })),
    ...(machine.browser ? [] : [
      {
        kind: "note",
        problem: "No browser was found, so the browser tests cannot run",
        cure: "`./setup.sh --dev`, or set CHROME_PATH to Chromium or Chrome",
      } as const,
    ]),
  ];
}

function missingLibraryFinding({ path, library }: DriverFile): Finding {
  return {
    kind: "note",
    problem: library
      ? `The driver file ${path} names ${library}, which is missing`
      : `The driver file ${path} cannot be read, or names no library`,
    cure: "reinstall its package, or remove the file from VK_DRIVER_FILES and VK_ICD_FILENAMES",
  };
}

/** The most likely reason why there is no adapter, given what is missing. */
export function noAdapterCure(machine: Machine): string {
  if (machine.os === "darwin") return "update macOS: WebGPU needs Metal, which every Mac since 2012 has";
  if (machine.os !== "linux") return "update the GPU's driver";
  const named = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].find((name) => name in machine.variables);
  const works = machine.drivers.filter((driver) => driver.isSearched && driver.isLibraryFound);
  if (named && works.length === 0) return `\`unset ${named}\`: the files that it names are not drivers`;
  const { DENO_WEBGPU_BACKEND: backend } = machine.variables;
  if (backend !== undefined && backend !== "vulkan") return "`unset DENO_WEBGPU_BACKEND`";
  if (!machine.vulkanLoader) return `${INSTALL_SOFTWARE}; for a GPU, its Vulkan driver and \`libvulkan1\``;
  if (works.length === 0) return `${INSTALL_SOFTWARE}; for a GPU, its Vulkan driver: ${NVIDIA} for NVIDIA`;
  if (works.some((driver) => driver.path.includes("nvidia"))) {
    return "`sudo apt-get install libx11-6 libxext6 libegl1`, which NVIDIA's driver needs even without a screen; " +
      "then check the output of `vulkaninfo --summary` (package vulkan-tools)";
  }
  return `none of the drivers found supports a GPU of this machine: ${INSTALL_SOFTWARE}; check the output of ` +
    "`vulkaninfo --summary` (package vulkan-tools)";
}

/** Formats `size` for the report: MiB, or GiB if large. */
export function bytesText(bytes: number): string {
  return bytes >= 2 ** 30 ? gib(bytes) : mib(bytes);
}
