/**
 * Which WebGPU a training runs on. With gpu=auto that is the runtime's own, unless the training multiplies f16, in
 * 16-mixed or with trainer.matmul=split, and only Dawn offers the adapter's matrix units (tensor cores) to WGSL, which
 * Deno's does not.
 */
import { GpuError } from "../base/errors.ts";
import { isSoftware, type Matmul } from "../core/device.ts";
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

/** What a choice depends on. */
interface GpuRequest {
  readonly gpu: ProviderName;
  readonly precision: string;
  readonly matmul: Matmul;
}

/** Chooses the provider of a training. A named one is taken as it is, and software adapters have nothing to gain. */
export async function chooseGpu(
  host: Pick<Host, "openGpu">,
  { gpu, precision, matmul }: GpuRequest,
): Promise<GpuChoice> {
  const user = precision === "16-mixed" ? precision : matmul === "split" ? "matmul=split" : undefined;
  if (gpu !== DEFAULT_PROVIDER || user === undefined) return { provider: gpu };
  const own = await matrixUnitsOf(host, gpu);
  if ("unit" in own || own.isSoftware !== false) return { provider: gpu };
  const dawn = await matrixUnitsOf(host, "dawn");
  return "unit" in dawn
    ? { provider: "dawn", note: `through Dawn, whose matrix units ${user} uses` }
    : { provider: gpu, note: `no matrix units for ${user}: through gpu=dawn, ${dawn.lack}` };
}
