/** sum = a + b, or sum += a if `inPlace`: gradients of a tensor that was used twice. Four elements per thread. */
import { operand, type OperandSource, TEXEL_ROW } from "./lib/operand.ts";
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  wgsl,
} from "./lib/source.ts";

export interface AddOptions {
  readonly type: ElementType;
  readonly count: number;
  readonly inPlace: boolean;
  /** Where a and b are read from; from a texture the sum is bound a second time as `b` if it is in place. */
  readonly operands: OperandSource;
}

export function add(o: AddOptions): KernelSource {
  const readsSum = o.inPlace && o.operands === "buffer";
  const code = wgsl`
${element4(o.type)}
${linearIndex}
${operand("a", 0, o.type, o.operands)}
${readsSum ? "" : operand("b", 1, o.type, o.operands)}
@group(0) @binding(2) var<storage, read_write> sum: array<Element4>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = i32(linear_index(id, groups));
  if (u32(i) >= arrayLength(&sum)) { return; }
  sum[i] = store4(a_at(i) + ${readsSum ? "load4(sum[i])" : "b_at(i)"});
}`;
  return { code, workgroups: linearGrid(o.count / 4), texelRow: TEXEL_ROW };
}
