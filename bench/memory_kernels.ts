/** The memory-bound kernels, in GB/s of the minimum traffic that the op needs, and in % of a copy's. */
import { elements, roundUp } from "../src/base/shape.ts";
import type { Device } from "../src/core/device.ts";
import { bytesPerElement, type DType } from "../src/core/tensor.ts";
import { declareLayers, parameterCount } from "../src/nn/declare_layers.ts";
import type { ModelName } from "../src/nn/models/mod.ts";
import { layersOf } from "./convs.ts";
import { optimizerCase } from "./optimizer_case.ts";
import { type MemoryCase, opCases } from "./memory_cases.ts";
import type { Column, Row } from "./report.ts";
import { type Session, withDevice } from "./session.ts";
import { takeTurns, timedProgram } from "./timing.ts";

const COLUMNS: readonly Column[] = [
  { key: "name", head: "kernel", width: 24, isText: true },
  { key: "tensor", head: "tensor", width: 19, isText: true },
  { key: "counted", head: "counted bytes", width: 29, isText: true },
  { key: "milliseconds", head: "ms", width: 7 },
  { key: "gigabytes", head: "GB/s", width: 7 },
  { key: "percent", head: "% of copy", width: 9 },
];

/** Bytes of an activation that does not fit into caches. */
const LEAST_BYTES = { software: 2 ** 25, gpu: 2 ** 28 };

/** Checks and times every case. @throws GpuError if a result is wrong */
export async function timeMemoryKernels(
  session: Session,
  model: ModelName,
  size: number,
  batch: number,
): Promise<void> {
  const { only, precision = "32-true" } = session.options;
  const dtype = precision === "32-true" ? "f32" : "f16";
  await withDevice(session, async (device) => {
    const cases = [
      ...opCases(device, activation(session, device, dtype, size, batch), dtype),
      optimizerCase(device, roundUp(parameterCount(declareLayers(layersOf(model, 1000)).parameters), 64)),
    ].filter(({ name }) => name.includes(only));
    if (cases.length === 0) return;
    const title = `memory-bound kernels, ${precision}: GB/s and % of the copy probe`;
    const print = session.report.table(title, COLUMNS);
    for (const { build } of cases) {
      print(await device.scope(() => measure(session, device, build())));
      device.pool.trim();
    }
  });
}

/** The shape of the stem's y, with enough images to exceed the caches, if the adapter can bind as many. */
function activation(
  { software }: Session,
  { gpu: { limits } }: Device,
  dtype: DType,
  size: number,
  batch: number,
): number[] {
  const image = [Math.ceil(size / 2), Math.ceil(size / 2), 64];
  const bytes = elements(image) * bytesPerElement(dtype);
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const least = software ? LEAST_BYTES.software : LEAST_BYTES.gpu;
  return [Math.min(Math.floor(most / bytes), Math.max(batch, Math.ceil(least / bytes))), ...image];
}

async function measure({ speed, patience }: Session, device: Device, one: MemoryCase): Promise<Row> {
  const recorded = await one.record();
  await one.check(recorded);
  const [milliseconds] = await takeTurns([timedProgram(device, recorded.program)], patience);
  recorded.program.free();
  const { name, tensor, counted, bytes } = one, gigabytes = bytes / milliseconds / 1e6;
  return {
    name,
    tensor,
    counted,
    bytes,
    milliseconds,
    gigabytes,
    percent: 100 * gigabytes / speed.gigabytes,
  };
}
