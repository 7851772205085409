/** Tensors: shaped views of GPU memory. Images are NHWC, conv weights [R, S, C, K], channels a multiple of 4. */
import { elements, formatShape, roundUp, type Shape } from "../base/shape.ts";
import type { Device } from "./device.ts";
import type { Storage } from "./pool.ts";

/** Element types. f16 is stored as packed pairs, so that it needs no adapter feature. */
export type DType = "f32" | "f16" | "u32";

/** Values on the host: raw bytes, or numbers that are converted to the tensor's type. */
export type TensorData = Float32Array | Uint32Array | readonly number[];

/** Bytes per element of a type. */
export function bytesPerElement(dtype: DType): number {
  return dtype === "f16" ? 2 : 4;
}

/** Bytes of a whole tensor. */
function tensorBytes(shape: Shape, dtype: DType): number {
  return elements(shape) * bytesPerElement(dtype);
}

/** A new tensor with undefined contents. In a scope it is freed with the scope. */
export function empty(device: Device, shape: Shape, dtype: DType = "f32", label = "tensor"): Tensor {
  requireSizes(shape, label);
  return new Tensor(device, shape, dtype, device.allocate(tensorBytes(shape, dtype), label));
}

/** A new tensor of zeros that outlives every scope and recording until `free()`: parameters, inputs, state. */
export function persistent(device: Device, shape: Shape, dtype: DType = "f32", label = "tensor"): Tensor {
  requireSizes(shape, label);
  const bytes = tensorBytes(shape, dtype);
  const buffer = device.pool.acquire(bytes, label);
  device.clear(buffer, bytes);
  return new Tensor(device, shape, dtype, { bytes, buffer, label });
}

/** @throws RangeError unless every axis is a positive integer */
function requireSizes(shape: Shape, label: string): void {
  if (shape.every((size) => Number.isInteger(size) && size > 0)) return;
  throw new RangeError(
    `Cannot create tensor ${label} ${formatShape(shape)}: every axis must be a positive integer`,
  );
}

/** A new tensor with the given values, whose number must match `shape`. */
export function tensorOf(
  device: Device,
  values: TensorData,
  shape: Shape,
  dtype: DType = "f32",
  label = "tensor",
): Tensor {
  const tensor = empty(device, shape, dtype, label);
  tensor.write(encode(values, shape, dtype));
  return tensor;
}

/** A view of a storage, with a shape and an element type. */
export class Tensor {
  /** True for parameters and for what was computed from them while a tape was active. */
  needsGrad = false;
  /** A parameter's slot in the flat gradient buffer. */
  grad: Tensor | undefined;

  constructor(
    readonly device: Device,
    readonly shape: Shape,
    readonly dtype: DType,
    readonly storage: Storage,
    readonly byteOffset = 0,
  ) {}

  get label(): string {
    return this.storage.label;
  }

  /** Number of elements. */
  get size(): number {
    return elements(this.shape);
  }

  get bytes(): number {
    return tensorBytes(this.shape, this.dtype);
  }

  /** The buffer behind the tensor. @throws RangeError if it was freed or belongs to an unfinished recording */
  get buffer(): GPUBuffer {
    if (!this.storage.buffer) {
      throw new RangeError(
        `Cannot use tensor ${this.label} ${
          formatShape(this.shape)
        }: it has no memory, because it was freed or a recorded program does not keep it`,
      );
    }
    return this.storage.buffer;
  }

  /** A new tensor of the same shape and type, with undefined contents. */
  like(label = this.label): Tensor {
    return empty(this.device, this.shape, this.dtype, label);
  }

  /** The same memory with another shape of equal size; no gradient flows through it. */
  view(shape: Shape): Tensor {
    if (elements(shape) !== this.size) {
      throw new TypeError(
        `Cannot view ${this.label} ${formatShape(this.shape)} as ${
          formatShape(shape)
        }: the number of elements differs`,
      );
    }
    return new Tensor(this.device, shape, this.dtype, this.storage, this.byteOffset);
  }

  /**
   * A slice of the memory, from element `start`, with its own shape: a parameter within the flat buffer. Kernels can
   * use it if it starts at a multiple of 256 bytes.
   */
  slice(start: number, shape: Shape): Tensor {
    const end = start + elements(shape);
    if (!Number.isInteger(start) || start < 0 || end > this.size) {
      throw new RangeError(
        `Cannot take elements ${start} to ${end} of ${this.label} ${
          formatShape(this.shape)
        }: it has ${this.size}`,
      );
    }
    const byteOffset = this.byteOffset + start * bytesPerElement(this.dtype);
    return new Tensor(this.device, shape, this.dtype, this.storage, byteOffset);
  }

  /** Replaces the contents, after all work encoded so far. `data` must match the tensor's size. */
  write(data: TensorData | Uint8Array): void {
    this.#refuseRecording("write");
    const bytes = data instanceof Uint8Array ? data : encode(data, this.shape, this.dtype);
    if (bytes.byteLength !== this.bytes) {
      throw new TypeError(
        `Cannot write ${bytes.byteLength} bytes to ${this.label} ${
          formatShape(this.shape)
        } ${this.dtype}: need ${this.bytes}`,
      );
    }
    this.#requireWords("write");
    if (bytes.byteLength === 0) return; // Deno 2.9 panics at an empty buffer
    this.device.flush();
    this.device.gpu.queue.writeBuffer(this.buffer, this.byteOffset, padded(bytes));
  }

  /** The contents as numbers: f16 widened to f32, u32 exact up to 2^24. Waits for the GPU. */
  read(): Promise<Float32Array> {
    return this.readBytes().then((bytes) => {
      if (this.dtype === "f16") return Float32Array.from(new Float16Array(bytes));
      return this.dtype === "u32" ? Float32Array.from(new Uint32Array(bytes)) : new Float32Array(bytes);
    });
  }

  /** The raw contents. Waits for the GPU. @throws the error that occurred in the work so far */
  readBytes(): Promise<ArrayBuffer> {
    this.#refuseRecording("read");
    this.#requireWords("read");
    return this.device.download(this.buffer, this.byteOffset, this.bytes);
  }

  /** Rejects what a recorded step could not repeat. */
  #refuseRecording(verb: string): void {
    if (!this.device.recording) return;
    throw new RangeError(
      `Cannot ${verb} ${this.label} ${
        formatShape(this.shape)
      } while a program is recorded: ${verb} it before or ` +
        "after, because the recorded step would not repeat it",
    );
  }

  /** Rejects a slice of f16 that shares a four-byte word with its neighbours: WebGPU copies whole words. */
  #requireWords(verb: string): void {
    const end = this.byteOffset + this.bytes;
    if (this.byteOffset % 4 === 0 && (end % 4 === 0 || end === this.storage.bytes)) return;
    throw new RangeError(
      `Cannot ${verb} bytes ${this.byteOffset} to ${end} of ${this.label}: slices must start and end at a ` +
        "multiple of 4 bytes",
    );
  }

  /** Returns the memory to the pool. */
  free(): void {
    this.device.release(this.storage);
  }
}

/** Bytes padded to whole words, which is what WebGPU writes. */
function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.byteLength % 4 === 0) return bytes as Uint8Array<ArrayBuffer>;
  const words = new Uint8Array(roundUp(bytes.byteLength, 4));
  words.set(bytes);
  return words;
}

/** Converts numbers to the bytes of a tensor. @throws TypeError if their number does not match the shape */
export function encode(values: TensorData, shape: Shape, dtype: DType): Uint8Array {
  if (values.length !== elements(shape)) {
    throw new TypeError(
      `Cannot create a tensor ${formatShape(shape)} from ${values.length} values: need ${elements(shape)}`,
    );
  }
  const typed = dtype === "f32"
    ? (values instanceof Float32Array ? values : Float32Array.from(values))
    : dtype === "u32"
    ? (values instanceof Uint32Array ? values : Uint32Array.from(values))
    : Float16Array.from(values);
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}
