/**
 * A filter w [R, S, C / groups, K] with the channels of each tap and group transposed, [R, S, K / groups, C]: the
 * matrices that dgrad multiplies dy by. For the kernels through workgroup memory, which would read the untransposed filter in short pieces. A thread
 * handles 4 x 4 channels.
 */
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  uniformFields,
  unroll,
  wgsl,
} from "./lib/source.ts";

export interface TransposeOptions {
  readonly type: ElementType;
  readonly taps: number;
  /** C and K, multiples of 4 in each group. */
  readonly channels: number;
  readonly outputs: number;
  readonly groups: number;
}

export function transposeFilter(
  { type, taps, channels, outputs, groups }: TransposeOptions,
): KernelSource {
  const code = wgsl`
${element4(type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> w: array<Element4>; // [taps, C / groups, K / 4]
@group(0) @binding(1) var<storage, read_write> transposed: array<Element4>; // [taps, K / groups, C / 4]
${uniformFields(2, { c4: 0, k4: 1, groups: 2 })}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c4 = u32(g.c4);
  let k4 = u32(g.k4);
  let group_c4 = c4 / u32(g.groups);
  let group_k4 = k4 / u32(g.groups);
  let at = linear_index(id, groups);
  if (at >= arrayLength(&w) / 4u) { return; }
  let k = at % k4;
  let c = at / k4 % group_c4;
  let tap = at / (group_c4 * k4);
  let to = tap * group_k4 + k % group_k4;
  ${unroll(4, (i) => `let row${i} = load4(w[((tap * group_c4 + c) * 4u + ${i}u) * k4 + k]);`)}
  ${
    unroll(4, (i) =>
      `transposed[(to * 4u + ${i}u) * c4 + k / group_k4 * group_c4 + c] = ` +
      `store4(vec4f(row0[${i}], row1[${i}], row2[${i}], row3[${i}]));`)
  }
}`;
  return {
    code,
    workgroups: linearGrid(taps * channels / groups * outputs / 16),
    uniform: [channels / 4, outputs / 4, groups],
  };
}
