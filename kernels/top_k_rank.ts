/**
 * ranks[n] = the number of classes that rank before the label of row n: those with a larger logit, and on a tie those
 * with a lower index. The label is among the best k if its rank is below k. A NaN counts as larger than any number,
 * but a label whose logit is NaN comes last. A label beyond the classes is its own rank, so that ignored rows stay
 * marked. A workgroup handles a row; its lanes take every 64th vector of four columns.
 */
import { crossEntropyTarget } from "./cross_entropy_target.ts";
import { nanSafe } from "./lib/nan.ts";
import { groupReduce } from "./lib/reduce.ts";
import { type ElementType, type KernelSource, LINEAR, wgsl } from "./lib/source.ts";

export interface TopKRankOptions {
  readonly type: ElementType;
  /** Rows of the batch; not part of the code. */
  readonly rows: number;
  readonly classes: number;
  /** Columns of the logits: classes, padded to a multiple of 4. */
  readonly columns: number;
}

export function topKRank(o: TopKRankOptions): KernelSource {
  const code = wgsl`
${crossEntropyTarget({ ...o, target: "indices", labelSmoothing: 0, weighted: false })}
${groupReduce}
${nanSafe}
@group(0) @binding(3) var<storage, read_write> ranks: array<u32>; // [N]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  let label = min(indices[row], ${o.classes - 1}u);
  let own = vec4f(logits_at(row, label / 4u)[label % 4u]);
  var before = vec4f();
  for (var c = lane; c < C4; c += ${LINEAR}u) {
    let z = logits_at(row, c);
    let is_before = (z > own) | ((z == own) & (columns(c) < vec4u(label))) | is_nan(z);
    before += select(vec4f(), vec4f(1.0), is_before & is_class(c));
  }
  let count = u32(dot(group_sum(before, lane), vec4f(1.0)));
  if (lane != 0u) { return; }
  let rank = select(count, ${o.classes}u, is_nan(own).x);
  ranks[row] = select(rank, indices[row], indices[row] >= ${o.classes}u);
}`;
  return { code, workgroups: [o.rows, 1, 1] };
}
