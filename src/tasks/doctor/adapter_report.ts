/** The adapter section of doctor: what it is, what it can do, and whether that suffices. */
import { type AdapterDescription, type Device, isSoftware } from "../../core/device.ts";
import type { Machine } from "../../setup/machine.ts";
import { bytesText, noAdapterCure } from "./machine_report.ts";
import type { Finding, Section } from "./report.ts";

/** PCI vendor ids as Deno reports them; other runtimes report names. */
const VENDORS: Readonly<Record<number, string>> = {
  0x10de: "NVIDIA",
  0x1002: "AMD",
  0x8086: "Intel",
  0x106b: "Apple",
  0x13b5: "Arm",
  0x5143: "Qualcomm",
  0x10005: "Mesa",
  0x1ae0: "Google",
};

/** The limits that every kernel respects; the engine's own minimum. */
const NEEDED = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16_384,
} as const;

/** Bytes of a 224 pixel image in the largest tensor of a ResNet, the stem's output [112, 112, 64] in f32. */
const STEM_BYTES = 112 * 112 * 64 * 4;

/**
 * True if Deno on Linux uses OpenGL, which DENO_WEBGPU_BACKEND can request. WebGPU does not report the backend; these
 * widest possible bounds of a subgroup are what wgpu reports if the backend does not know them, as with OpenGL
 * (https://docs.rs/wgpu/29.0.3/wgpu/constant.MAXIMUM_SUBGROUP_MAX_SIZE.html).
 */
export function isOpenGl(
  { subgroupMinSize, subgroupMaxSize }: AdapterDescription,
  machine: Machine,
): boolean {
  return machine.os === "linux" && subgroupMinSize === 4 && subgroupMaxSize === 128;
}

/** Name, features and the relevant limits. */
export function adapterSection(
  { adapter, gpu }: Device,
  provider: string,
  units: readonly (readonly [string, string])[] = [],
): Section {
  const { limits } = gpu;
  const name = adapter.description || adapter.device || "unnamed";
  const largest = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  return {
    title: "Adapter",
    facts: [
      ["name", `${name}${isSoftware(adapter) ? ", a software GPU" : ""}`],
      ["vendor", vendorName(adapter)],
      ["through", provider],
      ["timestamps", gpu.features.has("timestamp-query") ? "yes" : "no: kernels are timed by the CPU"],
      ["f16 arithmetic", gpu.features.has("shader-f16") ? "yes" : "no: f16 is for storage only"],
      [
        "largest tensor",
        `${bytesText(largest)}: batches of up to ${Math.floor(largest / STEM_BYTES)} at 224 pixels in f32`,
      ],
      ...units,
      ["storage buffers", limit(limits, "maxStorageBuffersPerShaderStage", " per kernel")],
      ["workgroup", limit(limits, "maxComputeInvocationsPerWorkgroup", " threads")],
      ["workgroup memory", limit(limits, "maxComputeWorkgroupStorageSize", " bytes")],
    ],
  };
}

function limit(limits: GPUSupportedLimits, name: keyof typeof NEEDED, unit: string): string {
  return `${limits[name]}${unit}, ${NEEDED[name]} needed`;
}

function vendorName({ vendor, architecture }: AdapterDescription): string {
  const name = VENDORS[Number(vendor)] ?? (vendor || "unknown");
  return architecture ? `${name}, ${architecture}` : name;
}

/** What the adapter lacks, and the cure. */
export function adapterFindings({ adapter, gpu }: Device, machine: Machine): Finding[] {
  const short = Object.entries(NEEDED).filter(([name, needed]) =>
    gpu.limits[name as keyof typeof NEEDED] < needed
  );
  return [
    ...short.map(([name, needed]): Finding => ({
      kind: "fault",
      problem: `The adapter's ${name} is ${
        gpu.limits[name as keyof typeof NEEDED]
      }, but kernels need ${needed}`,
      cure: "update the GPU's driver, or use another GPU",
    })),
    ...(isOpenGl(adapter, machine)
      ? [
        {
          kind: "note",
          problem: "The adapter uses OpenGL, whose limits are lower than Vulkan's",
          cure: noAdapterCure(machine),
        } as const,
      ]
      : []),
    ...(isSoftware(adapter)
      ? [
        {
          kind: "note",
          problem: "The adapter is a software GPU, so training runs on the CPU",
          cure:
            "for more than small images and small datasets, use a machine with a GPU and its Vulkan driver",
        } as const,
      ]
      : []),
    ...(gpu.features.has("timestamp-query") ? [] : [
      {
        kind: "note",
        problem: "The adapter has no timestamp queries, so individual kernels cannot be profiled",
        cure: "training needs nothing; for profiling, update the driver or use another GPU",
      } as const,
    ]),
  ];
}
