import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Machine, NvidiaDriver } from "../../../src/setup/machine.ts";
import { nvidiaFindings } from "../../../src/tasks/doctor/nvidia_report.ts";
import { MACHINE, NVIDIA } from "./fixtures.ts";

const DRIVER: NvidiaDriver = {
  models: ["Tesla T4"],
  hasEglFile: true,
  hasXext: true,
  glibc: { needed: "2.17", had: "2.36" },
};
/** A machine with a card, where nothing is wrong. */
const CARD: Machine = {
  ...MACHINE,
  drivers: [NVIDIA],
  deviceFiles: [{ path: "/dev/nvidia0", isUsable: true }],
  nvidia: DRIVER,
};

const causes: [what: string, changes: Partial<Machine>, problem: string, cure: string][] = [
  ["no driver file", { drivers: [] }, "the Vulkan loader finds no driver", "NVIDIA_DRIVER_CAPABILITIES=all"],
  ["no EGL file", { nvidia: { ...DRIVER, hasEglFile: false } }, "#191", "libEGL_nvidia.so.0"],
  ["no libXext", { nvidia: { ...DRIVER, hasXext: false } }, "#16", "libxext6"],
  [
    "a container without graphics",
    { variables: { NVIDIA_DRIVER_CAPABILITIES: "compute,utility" } },
    "compute,utility of NVIDIA's driver, but not graphics",
    "NVIDIA_DRIVER_CAPABILITIES=compute,graphics,utility",
  ],
  [
    "a glibc that is too old",
    { nvidia: { ...DRIVER, glibc: { needed: "2.38", had: "2.36" } } },
    "needs glibc 2.38, but this system has 2.36",
    "debian:trixie",
  ],
  [
    "a V100 on Debian 12",
    { system: "Debian GNU/Linux 12 (bookworm), x86_64", nvidia: { ...DRIVER, models: ["Tesla V100-SXM2"] } },
    "#1952",
    "VK_DRIVER_FILES",
  ],
];
for (const [what, changes, problem, cure] of causes) {
  Deno.test(`the doctor names ${what} as what keeps NVIDIA's driver from working`, () => {
    const [finding, ...more] = nvidiaFindings({ ...CARD, ...changes });
    assertEquals(more, []);
    assertStringIncludes(finding.problem, problem);
    assertStringIncludes(finding.cure, cure);
  });
}

Deno.test("the doctor has nothing to say of NVIDIA where all is there, or no card is", () => {
  assertEquals(nvidiaFindings(CARD), []);
  assertEquals(
    nvidiaFindings({ ...CARD, variables: { NVIDIA_DRIVER_CAPABILITIES: "graphics,utility" } }),
    [],
  );
  assertEquals(nvidiaFindings({ ...MACHINE, drivers: [] }), []);
});
