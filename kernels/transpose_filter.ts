/**
 * A filter w [R, S, C, K] with the channels of each tap transposed, [R, S, K, C]: the matrix that dgrad multiplies dy
 * by. For the kernels through workgroup memory, which would read the untransposed filter in short pieces. A thread
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
  /** C and K, multiples of 4. */
  readonly channels: number;
  readonly outputs: number;
}

export function transposeFilter({ type, taps, channels, outputs }: TransposeOptions): KernelSource {
  const code = wgsl`
${element4(type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> w: array<Element4>; // [taps, C, K / 4]
@group(0) @binding(1) var<storage, read_write> transposed: array<Element4>; // [taps, K, C / 4]
${uniformFields(2, { c4: 0, k4: 1 })}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c4 = u32(g.c4);
  let k4 = u32(g.k4);
  let at = linear_index(id, groups);
  if (at >= arrayLength(&w) / 4u) { return; }
  let k = at % k4;
  let c = at / k4 % c4;
  let tap = at / (c4 * k4);
  ${unroll(4, (i) => `let row${i} = load4(w[((tap * c4 + c) * 4u + ${i}u) * k4 + k]);`)}
  ${
    unroll(4, (i) =>
      `transposed[((tap * k4 + k) * 4u + ${i}u) * c4 + c] = ` +
      `store4(vec4f(row0[${i}], row1[${i}], row2[${i}], row3[${i}]));`)
  }
}`;
  return {
    code,
    workgroups: linearGrid(taps * channels * outputs / 16),
    uniform: [channels / 4, outputs / 4],
  };
}
