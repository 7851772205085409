/**
 * The common part of all elementwise optimisers, around their own few lines of WGSL (src/optim/optimizers): clipping,
 * skipped steps, f16 copies, learning rates by layer. Two dispatches: one thread gathers what the step depends on,
 * then each thread updates four adjacent elements. Everything that changes from step to step is in buffers, so that a
 * recorded step can be replayed.
 */
import { operand, type OperandSource, TEXEL_ROW } from "./lib/operand.ts";
import {
  element4,
  halves4,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  uniformFields,
  wgsl,
} from "./lib/source.ts";

export interface GatherOptions {
  /** The position of the optimiser's four scalars among the step's, in vectors of four. */
  readonly slot: number;
  /**
   * WGSL `fn counted(s: vec4f, steps: f32) -> vec4f`, which recomputes the scalars from the number of steps taken;
   * absent if the host knows it.
   */
  readonly counted?: string | undefined;
}

/** step = (the optimiser's scalars), (1 if the step is taken, norm, clip factor, 0). One thread. */
export function gatherStep({ slot, counted }: GatherOptions): KernelSource {
  const code = wgsl`
@group(0) @binding(0) var<storage, read> scalars: array<vec4f>;
@group(0) @binding(1) var<storage, read> taken: array<vec2f>; // (1 if the step is taken, steps taken with it)
@group(0) @binding(2) var<storage, read> clip: array<vec2f>; // (norm, factor)
@group(0) @binding(3) var<storage, read_write> step: array<vec4f>; // [2]
${counted ?? "fn counted(s: vec4f, steps: f32) -> vec4f { return s; }"}

@compute @workgroup_size(1)
fn main() {
  step[0] = counted(scalars[${slot}], taken[0].y);
  step[1] = vec4f(taken[0].x, clip[0], 0.0);
}`;
  return { code, workgroups: [1, 1, 1] };
}

export interface UpdateOptions {
  readonly count: number;
  /** Number of leading elements that decay, a multiple of 4. */
  readonly decayed: number;
  /** Names of the states, which are bound as `state_NAME`. */
  readonly states: readonly string[];
  /**
   * WGSL that assigns new values to `p` and the states, all vec4f. It reads the clipped gradient `g`, the optimiser's
   * scalars `s`, the norm `norm` of the whole gradient, the factor `rate` of the layer's learning rate, and whether
   * these elements decay, `decays`.
   */
  readonly rule: string;
  /** The largest absolute value of a gradient's element; undefined: no limit. */
  readonly maxValue?: number | undefined;
  /** Maintains f16 copies of this many leading values. */
  readonly mixed: boolean;
  /** With a learning rate for each block of {@link RATE_BLOCK} elements: the block of the first element. */
  readonly firstRate?: number | undefined;
  /**
   * Where gradients, values and states are read from. From textures, values and states are bound a second time as
   * `old_values` and `old_NAME`, because they are written, too.
   */
  readonly operands: OperandSource;
}

/** Elements that share a learning rate; parameters start at multiples of this. */
export const RATE_BLOCK = 128;

export function elementwiseUpdate(options: UpdateOptions): KernelSource {
  const { count, decayed, states, rule, maxValue, mixed, firstRate, operands } = options;
  const isLayered = firstRate !== undefined;
  const fields = { vectors: count / 4, decayed: decayed / 4, first_rate: firstRate ?? 0 };
  const each = (line: (name: string, i: number) => string) => states.map(line).join("\n");
  const old = (name: string, binding: number) =>
    operands === "texture" ? operand(`old_${name}`, binding, "f32", operands) : "";
  const read = (name: string, buffer: string) =>
    operands === "texture" ? `old_${name}_at(i32(i))` : `${buffer}[i]`;
  const code = wgsl`
${linearIndex}
${uniformFields(8, fields)}
${element4("f32")}
@group(0) @binding(0) var<storage, read> step: array<vec4f, 2>; // (the optimiser's), (step is taken, norm, clip factor, -)
${operand("gradients", 1, "f32", operands)}
@group(0) @binding(2) var<storage, read_write> values: array<vec4f>;
${old("values", 9)}
#if ${mixed}
@group(0) @binding(3) var<storage, read_write> halves: array<vec2u>; // the first so many values
${halves4}
#endif
#if ${isLayered}
@group(0) @binding(4) var<storage, read> rates: array<f32>; // what the learning rate is multiplied with, by block
fn rate_of(i: u32) -> f32 { return rates[i / ${RATE_BLOCK / 4}u + u32(g.first_rate)]; }
#else
fn rate_of(i: u32) -> f32 { return 1.0; }
#endif
${each((name, i) => `@group(0) @binding(${5 + i}) var<storage, read_write> state_${name}: array<vec4f>;`)}
${each((name, i) => old(name, 10 + i))}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let s = step[0]; // before any branch, where llvmpipe loads it once for all lanes
  let now = step[1];
  let i = linear_index(id, groups);
  if (i >= u32(g.vectors) || now.x == 0.0) { return; }
  let norm = now.y;
  let rate = rate_of(i);
  let decays = i < u32(g.decayed);
#if ${maxValue === undefined}
  var g = gradients_at(i32(i)) * now.z;
#else
  var g = clamp(gradients_at(i32(i)) * now.z, vec4f(-${maxValue ?? 0}), vec4f(${maxValue ?? 0}));
#endif
  var p = ${read("values", "values")};
  ${each((name) => `var ${name} = ${read(name, `state_${name}`)};`)}
  ${rule}
  values[i] = p;
  ${each((name) => `state_${name}[i] = ${name};`)}
#if ${mixed}
  if (i < arrayLength(&halves)) { halves[i] = halves4(p); }
#endif
}`;
  return { code, workgroups: linearGrid(count / 4), uniform: Object.values(fields), texelRow: TEXEL_ROW };
}
