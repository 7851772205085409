/** What Deno can find out about the machine for doctor: system, Vulkan drivers, GPU device files, browser. */
import project from "../../deno.json" with { type: "json" };
import { cpus } from "node:os";
import type { DriverFile, Machine } from "../setup/machine.ts";
import { nvidiaDriver } from "./deno_nvidia.ts";

/** Where the Vulkan loader searches for driver files. */
const SEARCHED = ["/etc/vulkan/icd.d", "/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];
/** Where containers on cloud machines keep NVIDIA's driver files, unknown to the loader. */
const UNSEARCHED = ["/usr/local/nvidia/vulkan/icd.d", "/usr/local/nvidia/share/vulkan/icd.d"];
const LIBRARIES = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/local/lib",
  "/usr/local/nvidia/lib64",
];
const VARIABLES = [
  "VK_DRIVER_FILES",
  "VK_ICD_FILENAMES",
  "VK_ADD_DRIVER_FILES",
  "DENO_WEBGPU_BACKEND",
  "LP_NUM_THREADS",
  "NVIDIA_DRIVER_CAPABILITIES",
  "CHROME_PATH",
];
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Inspects the machine; anything that cannot be read counts as absent. */
export function denoMachine(): Machine {
  const variables = Object.fromEntries(VARIABLES.flatMap((name) => {
    const value = Deno.env.get(name);
    return value ? [[name, value]] : [];
  }));
  return {
    version: project.version,
    os: Deno.build.os,
    system: `${systemName()}, ${Deno.build.arch}`,
    processor: cpus()[0]?.model ?? "",
    cores: navigator.hardwareConcurrency,
    memoryBytes: Deno.systemMemoryInfo().total,
    vulkanLoader: LIBRARIES.map((folder) => `${folder}/libvulkan.so.1`).find(exists),
    drivers: driverFiles(variables),
    driverVersions: driverVersions(),
    deviceFiles: deviceFiles(),
    nvidia: Deno.build.os === "linux" ? nvidiaDriver(LIBRARIES) : undefined,
    variables,
    browser: browsers().find(exists),
  };
}

function systemName(): string {
  const release = /^PRETTY_NAME="?([^"\n]*)/m.exec(textOf("/etc/os-release"))?.[1];
  return `${release ? `${release}, ` : ""}${Deno.build.os} ${Deno.osRelease()}`;
}

/** The driver files named by environment variables, or else those in the usual places. */
function driverFiles(variables: Readonly<Record<string, string>>): DriverFile[] {
  const named = variables.VK_DRIVER_FILES ?? variables.VK_ICD_FILENAMES;
  const json = (folder: string) => namesIn(folder, /\.json$/);
  if (named !== undefined) return named.split(":").map((path) => driverFile(path, true));
  return [
    ...SEARCHED.flatMap(json).map((path) => driverFile(path, true)),
    ...UNSEARCHED.flatMap(json).map((path) => driverFile(path, false)),
  ];
}

function driverFile(path: string, isSearched: boolean): DriverFile {
  const library = /"library_path"\s*:\s*"([^"]*)"/.exec(textOf(path))?.[1] ?? "";
  const folder = path.slice(0, path.lastIndexOf("/"));
  const places = library.startsWith("/")
    ? [library]
    : library.includes("/")
    ? [`${folder}/${library}`]
    : LIBRARIES.map((libraries) => `${libraries}/${library}`);
  return { path, library, isLibraryFound: library !== "" && places.some(exists), isSearched };
}

/** NVIDIA's from the name of its library, since only a process with all permissions may read /proc. */
function driverVersions(): string[] {
  const status = textOf("/var/lib/dpkg/status");
  const mesa = /^Package: mesa-vulkan-drivers\n(?:.+\n)*?Version: (.*)$/m.exec(status)?.[1];
  const pattern = /libGLX_nvidia\.so\.(\d{2,}\.\d[\d.]*)$/;
  const nvidia = LIBRARIES.flatMap((folder) => namesIn(folder, pattern))
    .map((path) => `NVIDIA ${pattern.exec(path)?.[1]}`);
  return [...new Set(nvidia), ...(mesa ? [`Mesa ${mesa}`] : [])];
}

function browsers(): string[] {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const named = Deno.env.get("CHROME_PATH");
  return [
    ...(named ? [named] : []),
    ...BROWSERS.flatMap((name) => folders.map((folder) => `${folder}/${name}`)),
  ];
}

/** Deno lets only a process with all permissions read /dev. */
function deviceFiles(): Machine["deviceFiles"] {
  try {
    Deno.statSync("/dev/dri");
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
  }
  const paths = [...namesIn("/dev/dri", /^renderD/), ...namesIn("/dev", /^nvidia\d+$/)];
  return paths.map((path) => ({ path, isUsable: isUsable(path) }));
}

function isUsable(path: string): boolean {
  try {
    Deno.openSync(path, { read: true, write: true }).close();
    return true;
  } catch {
    return false;
  }
}

/** The text of a file, or an empty string if it cannot be read. */
function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}

/** The paths of a folder's entries whose names match, sorted. */
function namesIn(folder: string, pattern: RegExp): string[] {
  try {
    const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).filter((name) =>
      pattern.test(name)
    );
    return names.sort().map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}
