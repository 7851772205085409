/**
 * Matrix units (NVIDIA's tensor cores and their kind): whether an adapter offers them to WGSL. Chrome's WebGPU and Dawn
 * do, as the experiment "subgroup matrix", where Vulkan has cooperative matrices; Deno's own WebGPU does not.
 */

import type { MatrixUnit } from "../../kernels/lib/kernel_source.ts";

export type { MatrixUnit };

/** "16x16x16". */
export function unitText({ m, n, k }: MatrixUnit): string {
  return `${m}x${n}x${k}`;
}

/** The features that kernels on matrix units need. */
export const MATRIX_FEATURES: readonly string[] = [
  "chromium-experimental-subgroup-matrix",
  "subgroups",
  "shader-f16",
];

/** A product in Chrome's experiment, which no standard has yet. */
interface SubgroupMatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** What an adapter has, or why its matrix units cannot be used. */
export type MatrixUnitSearch = { readonly unit: MatrixUnit } | { readonly lack: string };

/** Finds the largest product of f16 with sums in f32 that fits the kernels' tiles. */
export function findMatrixUnit(adapter: GPUAdapter): MatrixUnitSearch {
  const missing = MATRIX_FEATURES.find((feature) => !adapter.features.has(feature));
  if (missing) return { lack: `the adapter has no feature "${missing}"` };
  const { info } = adapter,
    configs = (info as { subgroupMatrixConfigs?: Iterable<SubgroupMatrixConfig> })
      .subgroupMatrixConfigs;
  const { subgroupMinSize: lanes, subgroupMaxSize } = info;
  if (lanes !== subgroupMaxSize) {
    return { lack: `its subgroups have ${lanes} to ${subgroupMaxSize} threads, not always the same number` };
  }
  const [unit] = [...configs ?? []]
    .filter(({ componentType, resultComponentType }) =>
      componentType === "f16" && resultComponentType === "f32"
    )
    .map(({ M: m, N: n, K: k }) => ({ m, n, k, lanes }))
    .filter(({ m, n, k }) => [m, n, k].every((side) => side === 8 || side === 16))
    .sort((a, b) => b.m * b.n * b.k - a.m * a.n * a.k);
  return unit ? { unit } : { lack: "it multiplies no matrices of f16 with sums in f32 in sizes of 8 or 16" };
}
