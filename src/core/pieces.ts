/**
 * Flat buffers, such as all parameters of a model: they may be larger than what the adapter binds at once (128 MiB on
 * some), so kernels that go over the whole of one run on piece after piece.
 */
import { elements, roundUp } from "../base/shape.ts";
import type { Device } from "./device.ts";
import { bytesPerElement, type DType, Tensor } from "./tensor.ts";

/** Elements whose multiples a piece starts at, in every type at a multiple of the 256 bytes that bindings need. */
const ALIGNMENT = 128;

/** A range of elements. */
export type Range = readonly [start: number, end: number];

/** A new flat tensor of zeros that outlives every scope and recording until `free()`; kernels take its pieces. */
export function flat(device: Device, size: number, dtype: DType, label: string): Tensor {
  const bytes = size * bytesPerElement(dtype);
  const buffer = device.pool.acquire(bytes, label, device.gpu.limits.maxBufferSize);
  device.clear(buffer, bytes);
  return new Tensor(device, [size], dtype, { bytes, buffer, label });
}

/** The pieces of a range of a flat f32 buffer, as few and as equal as the adapter, and `bytes` for each, allow. */
export function piecesOf(device: Device, [start, end]: Range, bytes = Infinity): Range[] {
  const bound = Math.min(bytes, device.gpu.limits.maxStorageBufferBindingSize);
  const most = Math.floor(bound / bytesPerElement("f32") / ALIGNMENT);
  const size = end - start, count = Math.ceil(size / (most * ALIGNMENT));
  const each = roundUp(Math.ceil(size / count), ALIGNMENT);
  return Array.from({ length: Math.ceil(size / each) }, (_, i): Range => {
    return [start + i * each, Math.min(start + (i + 1) * each, end)];
  });
}

/** Calls `run` with every piece of flat tensors of one size, and its number of elements. */
export function eachPiece<Name extends string>(
  tensors: Readonly<Record<Name, Tensor>>,
  run: (pieces: Record<Name, Tensor>, count: number, index: number) => void,
): void {
  const all = Object.entries(tensors) as [Name, Tensor][], [[, { device, shape }]] = all;
  piecesOf(device, [0, elements(shape)]).forEach(([start, end], i) => {
    const pieces = all.map(([name, tensor]) => [name, tensor.slice(start, [end - start])]);
    run(Object.fromEntries(pieces) as Record<Name, Tensor>, end - start, i);
  });
}
