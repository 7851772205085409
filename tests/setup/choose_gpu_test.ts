import { assertEquals } from "@std/assert";
import { GpuError } from "../../src/base/errors.ts";
import type { ProviderName } from "../../src/core/providers/mod.ts";
import { chooseGpu } from "../../src/setup/choose_gpu.ts";

const FEATURES = ["chromium-experimental-subgroup-matrix", "subgroups", "shader-f16"];
const UNIT = { componentType: "f16", resultComponentType: "f32", M: 16, N: 16, K: 16 };

/** A WebGPU whose adapter has matrix units or none. */
function gpu(description: string, hasUnits: boolean): GPU {
  const info = {
    description,
    subgroupMinSize: 32,
    subgroupMaxSize: 32,
    subgroupMatrixConfigs: hasUnits ? [UNIT] : [],
  };
  const adapter = { info, features: new Set(hasUnits ? FEATURES : []) };
  return { requestAdapter: () => Promise.resolve(adapter) } as unknown as GPU;
}

/** A host with these WebGPUs; what is not there cannot be opened. */
function host(gpus: Partial<Record<ProviderName, GPU>>) {
  const openGpu = (name: ProviderName = "auto") =>
    gpus[name] ? Promise.resolve(gpus[name]) : Promise.reject(new GpuError("it does not load"));
  return { openGpu };
}

const MIXED = { gpu: "auto", precision: "16-mixed", matmul: "f32" } as const;
const T4 = gpu("NVIDIA T4", false), T4_IN_DAWN = gpu("NVIDIA T4", true);

Deno.test("chooseGpu() takes Dawn where only it has matrix units and the precision uses them, and says so", async () => {
  const both = host({ auto: T4, dawn: T4_IN_DAWN });
  assertEquals(await chooseGpu(both, MIXED), {
    provider: "dawn",
    note: "through Dawn, whose matrix units 16-mixed uses",
  });
  assertEquals(await chooseGpu(both, { gpu: "auto", precision: "32-true", matmul: "split" }), {
    provider: "dawn",
    note: "through Dawn, whose matrix units matmul=split uses",
  });
  assertEquals(await chooseGpu(both, { gpu: "auto", precision: "32-true", matmul: "f32" }), {
    provider: "auto",
  });
});

Deno.test("chooseGpu() keeps the runtime's own where it has matrix units, computes on the processor, or is all there is", async () => {
  assertEquals(await chooseGpu(host({ auto: T4_IN_DAWN }), MIXED), { provider: "auto" });
  assertEquals(await chooseGpu(host({ auto: gpu("llvmpipe", false), dawn: T4_IN_DAWN }), MIXED), {
    provider: "auto",
  });
  assertEquals(await chooseGpu(host({ auto: T4, dawn: T4 }), MIXED), {
    provider: "auto",
    note:
      'no matrix units for 16-mixed: through gpu=dawn, the adapter has no feature "chromium-experimental-subgroup-matrix"',
  });
  assertEquals(await chooseGpu(host({ auto: T4 }), MIXED), {
    provider: "auto",
    note: "no matrix units for 16-mixed: through gpu=dawn, it does not load",
  });
});

Deno.test("chooseGpu() takes the provider that is named", async () => {
  assertEquals(await chooseGpu(host({}), { ...MIXED, gpu: "dawn" }), { provider: "dawn" });
});
