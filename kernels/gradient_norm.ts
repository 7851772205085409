/**
 * The norm of all gradients and the factor that clips it, in two dispatches: threads sum the squares of chunks, then
 * one workgroup sums the chunks. Deterministic; the results stay on the GPU.
 */
import { operand, type OperandSource, TEXEL_ROW } from "./lib/operand.ts";
import { element4, type KernelSource, LINEAR, uniformFields, wgsl } from "./lib/source.ts";

/** Chunks of a piece of the gradients. */
export const NORM_CHUNKS = 4096;

export interface SquareSumsOptions {
  /** Vectors of four gradients: all that are bound, and those of a chunk. */
  readonly vectors: number;
  readonly chunk: number;
  /** The number of chunks, a multiple of 64; the last ones may be empty. */
  readonly chunks: number;
  readonly operands: OperandSource;
}

/** partial[t] = sum of squares of the t-th chunk. A thread handles one contiguous chunk. */
export function squareSums({ vectors, chunk, chunks, operands }: SquareSumsOptions): KernelSource {
  const fields = { vectors, chunk };
  const code = wgsl`
${element4("f32")}
${operand("gradients", 0, "f32", operands)}
@group(0) @binding(1) var<storage, read_write> partial: array<f32>; // [chunks]
${uniformFields(2, fields)}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let first = i32(id.x) * g.chunk;
  let end = min(first + g.chunk, g.vectors);
  var sum = vec4f();
  for (var i = first; i < end; i++) {
    let gradient = gradients_at(i);
    sum = fma(gradient, gradient, sum);
  }
  partial[id.x] = (sum.x + sum.y) + (sum.z + sum.w);
}`;
  return { code, workgroups: [chunks / LINEAR, 1, 1], uniform: Object.values(fields), texelRow: TEXEL_ROW };
}

/**
 * clip = (norm, min(1, maxNorm / (norm + 1e-6))), as torch.nn.utils.clip_grad_norm_; the factor is 1 if `maxNorm` is
 * null. If gradients are `scaled`, the norm is that of the unscaled gradients, and the factor also removes the scale.
 * Each thread of the single workgroup sums every LINEAR-th chunk, then thread 0 sums over the threads.
 */
export function clipFactor({ maxNorm, scaled }: { maxNorm: number | null; scaled: boolean }): KernelSource {
  const code = wgsl`
#if ${scaled}
@group(0) @binding(2) var<storage, read> scale: array<f32>; // [1]
fn loss_scale() -> f32 { return scale[0]; }
#else
fn loss_scale() -> f32 { return 1.0; }
#endif
@group(0) @binding(0) var<storage, read> partial: array<f32>; // [pieces * NORM_CHUNKS]
@group(0) @binding(1) var<storage, read_write> clip: array<vec2f>; // (norm, factor)
var<workgroup> sums: array<f32, ${LINEAR}>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < arrayLength(&partial); i += ${LINEAR}u) { sum += partial[i]; }
  sums[lane] = sum;
  workgroupBarrier();
  if (lane > 0u) { return; }
  var total = 0.0;
  for (var i = 0u; i < ${LINEAR}u; i++) { total += sums[i]; }
  let norm = sqrt(total) / loss_scale();
#if ${maxNorm !== null}
  let factor = ${maxNorm ?? 0} / (norm + 1e-6);
  clip[0] = vec2f(norm, select(factor, 1.0, factor > 1.0) / loss_scale());
#else
  clip[0] = vec2f(norm, 1.0 / loss_scale());
#endif
}`;
  return { code, workgroups: [1, 1, 1] };
}
