/** GPU buffers that are reused: a freed buffer serves the next request of its size. */
import { mib } from "../base/byte_size.ts";
import { LimitError } from "../base/errors.ts";
import { roundUp } from "../base/shape.ts";

/** A piece of GPU memory. In a recorded program its buffer is assigned when the recording ends. */
export interface Storage {
  readonly bytes: number;
  buffer: GPUBuffer | undefined;
  readonly label: string;
}

/** The contents of a pool, in buffers and bytes. */
export interface PoolStats {
  /** Buffers that are in use. */
  readonly live: number;
  readonly liveBytes: number;
  /** The peak number of bytes allocated at once, in use or free. */
  readonly peakBytes: number;
}

/** The size of the buffer for a request: a multiple of 256, and of an eighth of the size for large ones. */
export function bucket(bytes: number): number {
  const step = Math.max(256, 2 ** Math.floor(Math.log2(Math.max(bytes, 1)) - 3));
  return roundUp(Math.max(bytes, 1), step);
}

/** A device's buffers: those in use, and free ones that wait for the next request of their size. */
export class Pool {
  #free: Map<number, GPUBuffer[]> = new Map();
  #live: Set<GPUBuffer> = new Set();
  #textures: Map<string, GPUTexture> = new Map();
  #liveBytes = 0;
  #bytes = 0;
  #peakBytes = 0;

  constructor(readonly gpu: GPUDevice) {}

  /**
   * A buffer of at least `bytes` bytes with undefined contents.
   * @param most the most bytes that it may have, by default what the adapter can bind
   * @throws LimitError if it exceeds that
   */
  acquire(bytes: number, label: string, most?: number): GPUBuffer {
    const limit = this.check(bytes, label, most);
    const size = Math.min(bucket(bytes), limit);
    const buffer = this.#free.get(size)?.pop() ?? this.#create(size, label);
    this.#live.add(buffer);
    this.#liveBytes += size;
    return buffer;
  }

  /** The maximum number of bytes, by default what the adapter binds. @throws LimitError if `bytes` exceeds it */
  check(bytes: number, label: string, most?: number): number {
    const bound = Math.min(this.gpu.limits.maxBufferSize, this.gpu.limits.maxStorageBufferBindingSize);
    const limit = most ?? bound;
    if (bytes > limit) {
      const can = most === undefined ? "binds at most" : "allocates at most";
      const needs = `it needs ${mib(bytes)}, but the adapter ${can} ${mib(limit)}`;
      throw new LimitError(`Cannot allocate ${label}: ${needs}`, limit / bytes);
    }
    return limit;
  }

  /** Returns a buffer to the pool. @throws RangeError if it was already returned */
  release(buffer: GPUBuffer): void {
    if (!this.#live.delete(buffer)) {
      throw new RangeError(`Cannot release buffer ${buffer.label}: it is not in use`);
    }
    this.#liveBytes -= buffer.size;
    const free = this.#free.get(buffer.size);
    if (free) free.push(buffer);
    else this.#free.set(buffer.size, [buffer]);
  }

  /** The texture of a format (with this many bytes per texel), size and number, which lives as long as the pool. */
  texture(
    { format, bytes }: { readonly format: GPUTextureFormat; readonly bytes: number },
    [width, height]: readonly [number, number],
    number: number,
  ): GPUTexture {
    const label = `${format} ${width}x${height} ${number}`;
    const known = this.#textures.get(label);
    if (known) return known;
    this.#count(width * height * bytes);
    const texture = this.gpu.createTexture({
      label,
      format,
      size: [width, height],
      usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
    });
    this.#textures.set(label, texture);
    return texture;
  }

  /** Destroys free buffers. Call it only when no encoded work uses them. */
  trim(): void {
    for (const buffers of this.#free.values()) {
      for (const buffer of buffers) {
        this.#bytes -= buffer.size;
        buffer.destroy();
      }
    }
    this.#free.clear();
  }

  stats(): PoolStats {
    return { live: this.#live.size, liveBytes: this.#liveBytes, peakBytes: this.#peakBytes };
  }

  /** Destroys every buffer, in use or not. */
  destroy(): void {
    this.trim();
    for (const buffer of this.#live) buffer.destroy();
    this.#live.clear();
    for (const texture of this.#textures.values()) texture.destroy();
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
  }

  #create(size: number, label: string): GPUBuffer {
    this.#count(size);
    // Not a module constant: a page without WebGPU has no GPUBufferUsage, and must still load.
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    return this.gpu.createBuffer({ label, size, usage });
  }
}
