/** What a kernel provides to the engine, and what it may need of an adapter. */

/**
 * A kernel specialised for its options: WGSL with the entry point `main`, and the number of workgroups to dispatch.
 */
export interface KernelSource {
  readonly code: string;
  readonly workgroups: readonly [number, number, number];
  /** Values of the fields of the kernel's `var<uniform>`, 32-bit integers, if it has one. */
  readonly uniform?: readonly number[];
  /** Texels in a row of the textures that it reads, if it reads tensors from textures (see src/core/texture.ts). */
  readonly texelRow?: number;
}

/** A matrix product that an adapter has units for: [m, k] times [k, n] of f16, with sums in f32. */
export interface MatrixUnit {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Threads of a subgroup, which multiply together. */
  readonly lanes: number;
}
