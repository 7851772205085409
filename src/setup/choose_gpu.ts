/**
 * Which WebGPU a training runs on. With gpu=auto that is the runtime's own, unless the training is in 16-mixed and only
 * Dawn offers the adapter's matrix units (tensor cores) to WGSL, which Deno's does not.
 */
import { GpuError } from "../base/errors.ts";
import { isSoftware } from "../core/device.ts";
import { findMatrixUnit, type MatrixUnitSearch } from "../core/matrix_unit.ts";
import { DEFAULT_PROVIDER, type ProviderName } from "../core/providers/mod.ts";
import type { Host } from "./host.ts";

/** A provider, and why it was not another one, if that is worth a line. */
export interface GpuChoice {
  readonly provider: ProviderName;
  readonly note?: string;
}

/** The matrix units of a provider's adapter, or why there are none. */
export async function matrixUnitsOf(
  host: Pick<Host, "openGpu">,
  provider: ProviderName,
): Promise<MatrixUnitSearch & { isSoftware?: boolean }> {
  try {
    const adapter = await (await host.openGpu(provider)).requestAdapter();
    if (!adapter) return { lack: "it finds no adapter" };
    return { ...findMatrixUnit(adapter), isSoftware: isSoftware(adapter.info) };
  } catch (error) {
    if (error instanceof GpuError) return { lack: error.message };
    throw error;
  }
}

/** Chooses the provider of a training. A named one is taken as it is, and software adapters have nothing to gain. */
export async function chooseGpu(
  host: Pick<Host, "openGpu">,
  { gpu, precision }: { gpu: ProviderName; precision: string },
): Promise<GpuChoice> {
  if (gpu !== DEFAULT_PROVIDER || precision !== "16-mixed") return { provider: gpu };
  const own = await matrixUnitsOf(host, gpu);
  if ("unit" in own || own.isSoftware !== false) return { provider: gpu };
  const dawn = await matrixUnitsOf(host, "dawn");
  return "unit" in dawn
    ? { provider: "dawn", note: "through Dawn, whose matrix units 16-mixed uses" }
    : { provider: gpu, note: `no matrix units for 16-mixed: through gpu=dawn, ${dawn.lack}` };
}
