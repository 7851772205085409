/**
 * Tensors as textures, for kernels that declare `texture_2d` bindings: before such a kernel runs, the tensor's bytes
 * are copied into a texture, in rows of its `texelRow` texels. Textures are shared by all tensors with about the same
 * number of rows, so a texture holds a tensor only until the next kernel.
 */
import { LimitError } from "../base/errors.ts";
import type { Device } from "./device.ts";
import type { Tensor } from "./tensor.ts";

/** Components of a texel: four floats, or two words. */
export type Texel = "f32" | "u32";

/** A texture as a kernel's WGSL declares it. */
export interface TextureBinding {
  /** Its place among the kernel's textures. */
  readonly number: number;
  readonly texel: Texel;
}

/** The copy of a tensor's bytes into its texture. */
export interface TextureCopy {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
  readonly texelBytes: number;
  readonly texture: GPUTexture;
}

interface TexelFormat {
  readonly format: GPUTextureFormat;
  readonly bytes: number;
  readonly sampleType: GPUTextureSampleType;
}

const FORMATS: Readonly<Record<Texel, TexelFormat>> = {
  f32: { format: "rgba32float", bytes: 16, sampleType: "unfilterable-float" },
  u32: { format: "rg32uint", bytes: 8, sampleType: "uint" },
};

/** How a bind group layout declares a texture. */
export function textureLayout(texel: Texel): GPUTextureBindingLayout {
  return { sampleType: FORMATS[texel].sampleType };
}

/** Rows of `row` texels that a tensor needs; the last may be partial. */
function rowsOf({ bytes }: Tensor, texel: Texel, row: number): number {
  return Math.ceil(bytes / FORMATS[texel].bytes / row);
}

/**
 * Rejects a tensor that ends within a texel, and one that needs more rows than the adapter's textures have.
 * @throws RangeError, LimitError
 */
export function checkTexture(device: Device, texel: Texel, row: number, tensor: Tensor): void {
  const { bytes } = FORMATS[texel], rows = rowsOf(tensor, texel, row);
  if (tensor.bytes % bytes !== 0) {
    throw new RangeError(
      `Cannot read ${tensor.label} from a texture: its ${tensor.bytes} bytes are not a multiple of a texel's ${bytes}`,
    );
  }
  const limit = device.gpu.limits.maxTextureDimension2D;
  if (rows <= limit) return;
  throw new LimitError(
    `Cannot read ${tensor.label} from a texture: it needs ${rows} rows, but the adapter has at most ${limit}`,
    limit / rows,
  );
}

/**
 * The texture for a tensor in a place of any kernel: its rows are the next power of two, or the adapter's maximum,
 * so that there are few textures.
 */
export function textureFor(
  device: Device,
  { number, texel }: TextureBinding,
  row: number,
  tensor: Tensor,
): GPUTexture {
  const rows = 2 ** Math.ceil(Math.log2(rowsOf(tensor, texel, row)));
  const most = device.gpu.limits.maxTextureDimension2D;
  return device.pool.texture(FORMATS[texel], [row, Math.min(rows, most)], number);
}

/** A texture of one texel, for a kernel that runs over no workgroups. */
export function textureOfOne(device: Device, { number, texel }: TextureBinding): GPUTexture {
  return device.pool.texture(FORMATS[texel], [1, 1], number);
}

/** The copy of a tensor from its current memory, for a binding. */
export function textureCopy(
  device: Device,
  binding: TextureBinding,
  row: number,
  tensor: Tensor,
): TextureCopy {
  const { buffer, byteOffset: offset, bytes } = tensor;
  const texture = textureFor(device, binding, row, tensor);
  return { buffer, offset, bytes, texelBytes: FORMATS[binding.texel].bytes, texture };
}

/** Encodes copies of tensors into their textures: the full rows, then the partial last one. */
export function encodeTextureCopies(encoder: GPUCommandEncoder, copies: readonly TextureCopy[]): void {
  for (const { buffer, offset, bytes, texelBytes, texture } of copies) {
    const { width } = texture, bytesPerRow = width * texelBytes;
    const rows = Math.floor(bytes / bytesPerRow), rest = bytes / texelBytes % width;
    const copy = (y: number, size: readonly [number, number]) =>
      encoder.copyBufferToTexture({ buffer, offset: offset + y * bytesPerRow, bytesPerRow }, {
        texture,
        origin: [0, y],
      }, [...size]);
    if (rows > 0) copy(0, [width, rows]);
    if (rest > 0) copy(rows, [rest, 1]);
  }
}
