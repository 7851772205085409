import { assertEquals } from "@std/assert";
import type { AdapterDescription, Device } from "../../../src/core/device.ts";
import { adapterFindings, adapterSection } from "../../../src/tasks/doctor/adapter_report.ts";
import { MACHINE } from "./fixtures.ts";

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
  assertEquals(facts.get("storage buffers"), "8 per kernel, 8 needed");
  assertEquals(adapterFindings(fakeDevice({}), MACHINE), []);
});

Deno.test("the doctor notes a software GPU, OpenGL, missing timestamps, and limits that are too low", () => {
  const problems = (device: Device, machine = MACHINE) =>
    adapterFindings(device, machine).map(({ kind, problem }) => `${kind}: ${problem}`);
  const software = "note: The adapter is a software GPU, so training runs on the CPU";
  assertEquals(problems(fakeDevice({ description: "SwiftShader driver 5.0.0" })), [software]);
  assertEquals(problems(fakeDevice({ isFallbackAdapter: true })), [software]);
  const openGl = fakeDevice({ subgroupMinSize: 4, subgroupMaxSize: 128 });
  assertEquals(problems(openGl), [
    "note: The adapter uses OpenGL, whose limits are lower than Vulkan's",
  ]);
  assertEquals(problems(openGl, { ...MACHINE, os: "darwin" }), []);
  assertEquals(problems(fakeDevice({}, {}, [])), [
    "note: The adapter has no timestamp queries, so individual kernels cannot be profiled",
  ]);
  assertEquals(problems(fakeDevice({}, { maxStorageBuffersPerShaderStage: 4 })), [
    "fault: The adapter's maxStorageBuffersPerShaderStage is 4, but kernels need 8",
  ]);
});
