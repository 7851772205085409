import { assertEquals } from "@std/assert";
import { findMatrixUnit } from "../../src/core/matrix_unit.ts";

const FEATURES = ["chromium-experimental-subgroup-matrix", "subgroups", "shader-f16"];

function config(result: string, M: number, N: number, K: number, component = "f16") {
  return { componentType: component, resultComponentType: result, M, N, K };
}

function adapter(configs: unknown[], { features = FEATURES, lanes = [32, 32] } = {}): GPUAdapter {
  const [subgroupMinSize, subgroupMaxSize] = lanes;
  return {
    features: new Set(features),
    info: { subgroupMinSize, subgroupMaxSize, subgroupMatrixConfigs: configs },
  } as unknown as GPUAdapter;
}

Deno.test("findMatrixUnit() takes the largest product of f16 with sums in f32", () => {
  const nvidia = [
    config("f16", 16, 16, 16),
    config("f32", 16, 8, 8),
    config("f32", 16, 16, 16),
    config("f32", 16, 8, 16),
    config("i32", 16, 16, 32, "i8"),
  ];
  assertEquals(findMatrixUnit(adapter(nvidia)), { unit: { m: 16, n: 16, k: 16, lanes: 32 } });
  assertEquals(findMatrixUnit(adapter([config("f32", 8, 8, 8)], { lanes: [8, 8] })), {
    unit: { m: 8, n: 8, k: 8, lanes: 8 },
  });
});

Deno.test("findMatrixUnit() says why an adapter's units cannot be used", () => {
  const all = [config("f32", 16, 16, 16)];
  const lack = (found: GPUAdapter) => (findMatrixUnit(found) as { lack: string }).lack;
  assertEquals(
    lack(adapter(all, { features: FEATURES.slice(1) })),
    'the adapter has no feature "chromium-experimental-subgroup-matrix"',
  );
  assertEquals(
    lack(adapter(all, { lanes: [8, 32] })),
    "its subgroups have 8 to 32 threads, not always the same number",
  );
  const odd = "it multiplies no matrices of f16 with sums in f32 in sizes of 8 or 16";
  assertEquals(lack(adapter([config("f16", 16, 16, 16), config("f32", 32, 32, 32)])), odd);
  assertEquals(lack(adapter([])), odd);
});
