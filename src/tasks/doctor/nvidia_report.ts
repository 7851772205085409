/** What keeps NVIDIA's Vulkan driver from being used, as reported by people who met it, most of them in containers. */
import type { Machine, NvidiaDriver } from "../../setup/machine.ts";
import type { Finding } from "./report.ts";

/** NVIDIA's driver, and how Debian and Ubuntu install it. */
export const NVIDIA =
  "NVIDIA's Vulkan driver (`sudo apt-get install libnvidia-gl-550`, with the version of the kernel driver)";

/** A driver file that takes the EGL library, which needs no display. The images have it. */
const EGL_DRIVER =
  'a file with `{"file_format_version": "1.0.0", "ICD": {"library_path": "libEGL_nvidia.so.0", ' +
  '"api_version": "1.3"}}` and set VK_DRIVER_FILES to its path (our images have /opt/nvidia_egl.json)';

/** Every known cause that holds on this machine; none where there is no NVIDIA card. */
export function nvidiaFindings(machine: Machine): Finding[] {
  const { deviceFiles, drivers, nvidia, variables } = machine;
  if (!hasCard(machine)) return [];
  const capabilities = variables.NVIDIA_DRIVER_CAPABILITIES?.split(",");
  const searched = drivers.filter(({ path }) => path.includes("nvidia"));
  return [
    ...(capabilities && !capabilities.some((name) => ["all", "graphics"].includes(name))
      ? [note(
        `The container has the capabilities ${capabilities.join(",")} of NVIDIA's driver, but not graphics`,
        "start it with `NVIDIA_DRIVER_CAPABILITIES=compute,graphics,utility`",
      )]
      : []),
    ...(searched.some((driver) => driver.isSearched) ? [] : [note(
      "There is an NVIDIA GPU, but the Vulkan loader finds no driver for it",
      searched.length > 0
        ? `\`export VK_DRIVER_FILES=${searched[0].path}\``
        : `install ${NVIDIA}; start a container with \`--runtime=nvidia --gpus all\` and \`NVIDIA_DRIVER_CAPABILITIES=all\``,
    )]),
    ...(nvidia && deviceFiles !== undefined ? libraryFindings(nvidia, machine.system) : []),
  ];
}

/** True if a device file or the kernel driver says that there is a card. */
export function hasCard({ deviceFiles, nvidia }: Machine): boolean {
  return deviceFiles?.some(({ path }) => path.includes("nvidia")) || (nvidia?.models.length ?? 0) > 0;
}

function libraryFindings({ models, hasEglFile, hasXext, glibc }: NvidiaDriver, system: string): Finding[] {
  const v100 = models.find((model) => model.includes("V100"));
  return [
    ...(hasXext ? [] : [note(
      "NVIDIA's Vulkan library needs libXext.so.6, which is missing (nvidia-container-toolkit#16)",
      "`sudo apt-get install libxext6 libx11-6 libegl1`, also without a screen",
    )]),
    ...(hasEglFile ? [] : [note(
      "There is no EGL file 10_nvidia.json in /usr/share/glvnd/egl_vendor.d, which a machine without a screen needs " +
        "(nvidia-container-toolkit#191)",
      `if no adapter is found, write ${EGL_DRIVER}`,
    )]),
    ...(glibc && isOlder(glibc.had, glibc.needed)
      ? [note(
        `NVIDIA's library needs glibc ${glibc.needed}, but this system has ${glibc.had}`,
        "use an image whose base is as new as the host's system, such as debian:trixie",
      )]
      : []),
    ...(v100 && /Debian GNU\/Linux 12/.test(system)
      ? [note(
        `On Debian 12 the ${v100} was reported to give no Vulkan device through libGLX (nvidia-container-toolkit#1952)`,
        `if no adapter is found, write ${EGL_DRIVER}`,
      )]
      : []),
  ];
}

function isOlder(one: string, other: string): boolean {
  const [[a, b], [c, d]] = [one, other].map((text) => text.split(".").map(Number));
  return a < c || (a === c && b < d);
}

function note(problem: string, cure: string): Finding {
  return { kind: "note", problem, cure };
}
