/** Shared by the batch norm kernels: how a value is normalised, and what follows in the same pass. */
import type { Activation } from "./activation.ts";
import type { OperandSource } from "./operand.ts";
import type { ElementType } from "./source.ts";

export interface NormOptions {
  readonly type: ElementType;
  /** N * H * W; not part of the code, so that batches of all sizes share it. */
  readonly rows: number;
  readonly channels: number;
  readonly eps: number;
  /** Whether `moments` holds the batch's statistics; otherwise the running ones are used. */
  readonly training: boolean;
  /** Whether a tensor z is added to the normalised value, and the activation of what results, if any. */
  readonly added: boolean;
  readonly activation: Activation | undefined;
  /** Where x, z, y and dy are read from. */
  readonly operands: OperandSource;
}

/** WGSL: bindings 0 and 1 are the statistics; mean_of(c) and inv_std_of(c) return those of four channels. */
export function statistics({ training, eps }: NormOptions): string {
  if (training) {
    return `
@group(0) @binding(0) var<storage, read> moments: array<vec4f>; // [(mean, inverse standard deviation), C / 4]
fn mean_of(c: u32) -> vec4f { return moments[c]; }
fn inv_std_of(c: u32) -> vec4f { return moments[row_vectors() + c]; }`;
  }
  return `
@group(0) @binding(0) var<storage, read> running_mean: array<vec4f>; // [C / 4]
@group(0) @binding(1) var<storage, read> running_var: array<vec4f>; // [C / 4]
fn mean_of(c: u32) -> vec4f { return running_mean[c]; }
fn inv_std_of(c: u32) -> vec4f { return 1.0 / sqrt(running_var[c] + ${eps}); }`;
}

/**
 * WGSL: (x - mean) * inv_std * weight + bias for four channels. Forward and what backward recomputes use this same
 * expression, in which every rounding is explicit, so that they agree bit for bit.
 */
export const normalized = `
fn normalized(centered: vec4f, scale: vec4f, shift: vec4f) -> vec4f { return fma(centered, scale, shift); }`;
