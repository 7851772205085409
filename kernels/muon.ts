/**
 * The kernels of Muon (src/optim/optimizers/muon.ts) beside its matrix products (src/optim/newton_schulz.ts). Their
 * code depends on the optimiser's options alone; a matrix's own sizes are in uniforms, so that all layers share them.
 * But for the norm, a thread handles four adjacent elements.
 */
import {
  element4,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  uniformFields,
  wgsl,
} from "./lib/source.ts";

export interface MomentumOptions {
  /** Elements of the matrix; not part of the code. */
  readonly count: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  /** The largest absolute value of a gradient's element; undefined: no limit. */
  readonly maxValue?: number | undefined;
}

/** m += (1 - momentum) * (g - m); update = m, or with Nesterov's momentum m + (1 - momentum) * (g - m) of the new m. */
export function muonMomentum({ count, momentum, nesterov, maxValue }: MomentumOptions): KernelSource {
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> step: array<vec4f>; // (-), (1 if the step is taken, norm, clip factor, -)
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> direction: array<vec4f>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&direction)) { return; }
  let now = step[1];
  if (now.x == 0.0) { return; }
#if ${maxValue === undefined}
  let g = gradients[i] * now.z;
#else
  let g = clamp(gradients[i] * now.z, vec4f(-${maxValue ?? 0}), vec4f(${maxValue ?? 0}));
#endif
  let next = m[i] + (g - m[i]) * ${1 - momentum};
  m[i] = next;
  direction[i] = ${nesterov ? `next + (g - next) * ${1 - momentum}` : "next"};
}`;
  return { code, workgroups: linearGrid(count / 4) };
}

/**
 * inverse = 1 / max(|x|, eps) for the Frobenius norm |x|, the root of the trace of x's Gram matrix [side, side]. Each
 * thread of the single workgroup sums every LINEAR-th element of the diagonal, then thread 0 sums over the threads.
 */
export function muonNorm({ side, eps }: { side: number; eps: number }): KernelSource {
  const code = wgsl`
@group(0) @binding(0) var<storage, read> gram: array<f32>;
@group(0) @binding(1) var<storage, read_write> inverse: array<f32>; // [1]
${uniformFields(2, { side: 0 })}
var<workgroup> sums: array<f32, ${LINEAR}>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(local_invocation_index) lane: u32) {
  let side = u32(g.side);
  var sum = 0.0;
  for (var i = lane; i < side; i += ${LINEAR}u) { sum += gram[i * (side + 1u)]; }
  sums[lane] = sum;
  workgroupBarrier();
  if (lane > 0u) { return; }
  var total = 0.0;
  for (var i = 0u; i < ${LINEAR}u; i++) { total += sums[i]; }
  inverse[0] = 1.0 / max(sqrt(total), ${eps});
}`;
  return { code, workgroups: [1, 1, 1], uniform: [side] };
}

/** The Gram matrix of x / |x|: scaled = gram * inverse^2. */
export function muonScale({ side }: { side: number }): KernelSource {
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> inverse: array<f32>; // [1]
@group(0) @binding(1) var<storage, read> gram: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> scaled: array<vec4f>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i < arrayLength(&scaled)) { scaled[i] = gram[i] * inverse[0] * inverse[0]; }
}`;
  return { code, workgroups: linearGrid(side * side / 4) };
}

export interface PolynomialOptions {
  /** Rows and columns of the matrices, a multiple of 4; not part of the code. */
  readonly side: number;
  readonly coefficients: readonly [a: number, b: number, c: number];
}

/** q = a + b * gram + c * square, where `square` is the square of `gram` and a stands on the diagonal. */
export function muonPolynomial({ side, coefficients: [a, b, c] }: PolynomialOptions): KernelSource {
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> gram: array<vec4f>;
@group(0) @binding(1) var<storage, read> square: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> q: array<vec4f>;
${uniformFields(3, { side: 0 })}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&q)) { return; }
  let row = 4u * i / u32(g.side);
  let column = 4u * i % u32(g.side);
  let is_diagonal = vec4u(column) + vec4u(0u, 1u, 2u, 3u) == vec4u(row);
  q[i] = gram[i] * ${b} + square[i] * ${c} + select(vec4f(), vec4f(${a}), is_diagonal);
}`;
  return { code, workgroups: linearGrid(side * side / 4), uniform: [side] };
}

export interface ApplyOptions {
  /** Elements of the matrix; not part of the code. */
  readonly count: number;
  /** What the optimiser's scalar is multiplied with to give the learning rate. */
  readonly share: number;
  readonly weightDecay: number;
  /** What the rate of the direction is multiplied with for the matrix's shape; not part of the code. */
  readonly adjustment: number;
  /** Maintains f16 copies of the values. */
  readonly mixed: boolean;
  /** With a learning rate for each block of elements, that of the matrix; not part of the code. */
  readonly block?: number | undefined;
}

/** p *= 1 - lr * decay;  p -= lr * adjustment * direction * inverse, where lr is the layer's. */
export function muonApply(options: ApplyOptions): KernelSource {
  const { count, share, weightDecay, adjustment, mixed, block } = options;
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> step: array<vec4f>; // (-, -, -, rate), (1 if the step is taken, -, -, -)
@group(0) @binding(1) var<storage, read> inverse: array<f32>; // [1]
@group(0) @binding(2) var<storage, read> direction: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> values: array<vec4f>;
#if ${mixed}
${element4("f16")}
@group(0) @binding(4) var<storage, read_write> halves: array<Element4>;
#endif
#if ${block !== undefined}
@group(0) @binding(5) var<storage, read> rates: array<f32>;
fn rate_of_layer() -> f32 { return rates[g.block]; }
#else
fn rate_of_layer() -> f32 { return 1.0; }
#endif
${uniformFields(6, { adjustment: 0, block: 0 })}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&values) || step[1].x == 0.0) { return; }
  let lr = step[0].w * ${share} * rate_of_layer();
  let rate = lr * bitcast<f32>(g.adjustment) * inverse[0];
  let p = values[i] * (1.0 - lr * ${weightDecay}) - direction[i] * rate;
  values[i] = p;
#if ${mixed}
  halves[i] = store4(p);
#endif
}`;
  const [bits] = new Int32Array(new Float32Array([adjustment]).buffer);
  return { code, workgroups: linearGrid(count / 4), uniform: [bits, block ?? 0] };
}
