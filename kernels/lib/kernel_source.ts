/** What a kernel gives the engine. */

/** A kernel specialised for its options: WGSL whose entry point is `main`, and how many workgroups to start. */
export interface KernelSource {
  readonly code: string;
  readonly workgroups: readonly [number, number, number];
  /** Values of the fields of the kernel's `var<uniform>`, 32-bit integers, if it has one. */
  readonly uniform?: readonly number[];
  /** Texels of a row of the textures that it reads, if it reads tensors from textures (see src/core/texture.ts). */
  readonly texelRow?: number;
}
