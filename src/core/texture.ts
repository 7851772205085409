/**
 * Tensors as textures, for kernels that declare `texture_2d` bindings: before such a kernel runs, the tensor's bytes
 * are copied into a texture, in rows of its `texelRow` texels. Textures are shared by all tensors that take about as
 * many rows, so a texture holds a tensor only until the next kernel.
 */
import type { Device } from "./device.ts";
import type { Tensor } from "./tensor.ts";

/** Components of a texel: four floats, or two words. */
export type Texel = "f32" | "u32";

/** A tensor's bytes on their way into a texture. */
export interface Painting {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
  readonly texel: Texel;
  readonly texture: GPUTexture;
}

const FORMATS: Readonly<
  Record<Texel, { format: GPUTextureFormat; bytes: number; sampleType: GPUTextureSampleType }>
> = {
  f32: { format: "rgba32float", bytes: 16, sampleType: "unfilterable-float" },
  u32: { format: "rg32uint", bytes: 8, sampleType: "uint" },
};

/** How a layout declares a texture. */
export function textureLayout(texel: Texel): GPUTextureBindingLayout {
  return { sampleType: FORMATS[texel].sampleType };
}

/** The texture that binding number `binding` of any kernel has for a tensor, whose texels take whole bytes. */
export function textureFor(
  device: Device,
  binding: number,
  texel: Texel,
  row: number,
  tensor: Tensor,
): GPUTexture {
  const { format, bytes } = FORMATS[texel];
  const rows = 2 ** Math.ceil(Math.log2(Math.ceil(tensor.bytes / bytes / row)));
  return device.pool.texture(format, [row, rows], binding);
}

/** The painting of a tensor, where its memory is now, for a binding. */
export function painting(
  device: Device,
  binding: number,
  texel: Texel,
  row: number,
  tensor: Tensor,
): Painting {
  const { buffer, byteOffset: offset, bytes } = tensor;
  return { buffer, offset, bytes, texel, texture: textureFor(device, binding, texel, row, tensor) };
}

/** Copies tensors into their textures. */
export function paint(encoder: GPUCommandEncoder, paintings: readonly Painting[]): void {
  for (const { buffer, offset, bytes, texel, texture } of paintings) {
    const size = FORMATS[texel].bytes, { width } = texture;
    const texels = bytes / size, rows = Math.floor(texels / width);
    const copy = (y: number, columns: number, lines: number) => {
      if (columns * lines === 0) return;
      encoder.copyBufferToTexture(
        { buffer, offset: offset + y * width * size, bytesPerRow: width * size },
        { texture, origin: [0, y] },
        [columns, lines],
      );
    };
    copy(0, width, rows);
    copy(rows, texels % width, 1);
  }
}
