import type { DriverFile, Machine } from "../../../src/setup/machine.ts";

/** The software GPU's driver, in order. */
export const LAVAPIPE: DriverFile = {
  path: "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json",
  library: "libvulkan_lvp.so",
  isLibraryFound: true,
  isSearched: true,
};
/** NVIDIA's driver, in order. */
export const NVIDIA: DriverFile = {
  path: "/usr/share/vulkan/icd.d/nvidia_icd.json",
  library: "libGLX_nvidia.so.0",
  isLibraryFound: true,
  isSearched: true,
};

/** A machine with a software GPU and nothing to complain of. */
export const MACHINE: Machine = {
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
  nvidia: undefined,
  variables: {},
  browser: "/usr/bin/chromium",
};
