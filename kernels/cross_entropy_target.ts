/**
 * Shared by the kernels of the classification losses: access to the logits, whose columns are classes padded to a
 * multiple of 4, and to the target. The loss of a row is sum over c of -q[c] * log softmax(logits)[c] with factors
 *
 *   q[c] = weights[c] * ((1 - labelSmoothing) * target[c] + labelSmoothing / classes).
 */
import { nanSafe } from "./lib/nan.ts";
import { groupReduce } from "./lib/reduce.ts";
import { element4, type ElementType, LINEAR } from "./lib/source.ts";

/** An index that excludes its row from loss, gradient and counts: for the rows that pad the last batch. */
export const IGNORED = 0xffffffff;

export interface CrossEntropyOptions {
  /** The type of the logits. */
  readonly type: ElementType;
  /** Rows of the batch; not part of the code. */
  readonly rows: number;
  readonly classes: number;
  /** Columns of the logits: classes, padded to a multiple of 4. */
  readonly columns: number;
  /** Class indices u32 [N], or probabilities f32 [N, columns]; the binding has this name. */
  readonly target: "indices" | "probabilities";
  readonly labelSmoothing: number;
  /** Whether there are class weights, f32 [columns]. */
  readonly weighted: boolean;
}

/**
 * WGSL: bindings 0 (logits), 1 (the target) and 2 (weights, if weighted), and functions of a row and a vector of
 * four columns: `is_class`, `logits_at`, `target_at`, `weights_at` and `factors_at`.
 */
export function crossEntropyTarget(o: Omit<CrossEntropyOptions, "rows">): string {
  const isIndices = o.target === "indices";
  const smoothing = o.labelSmoothing;
  const target = isIndices
    ? "select(vec4f(), vec4f(1.0), columns(c) == vec4u(indices[row]))"
    : "probabilities[row * C4 + c]";
  const smoothed = smoothing === 0
    ? "target_at(row, c)"
    : `(target_at(row, c) * ${1 - smoothing}f + ${smoothing / o.classes}f)`;
  return `
${element4(o.type)}
const C4 = ${o.columns / 4}u;
@group(0) @binding(0) var<storage, read> logits: array<Element4>; // [N, columns / 4]
@group(0) @binding(1) var<storage, read> ${o.target}: array<${isIndices ? "u32" : "vec4f"}>;
${o.weighted ? "@group(0) @binding(2) var<storage, read> weights: array<vec4f>; // [columns / 4]" : ""}

fn columns(c: u32) -> vec4u { return vec4u(c * 4u) + vec4u(0, 1, 2, 3); }
fn is_class(c: u32) -> vec4<bool> { return columns(c) < vec4u(${o.classes}); }
/** Padding is so low that it counts for nothing. */
fn logits_at(row: u32, c: u32) -> vec4f {
  return select(vec4f(-3.4e38), load4(logits[row * C4 + c]), is_class(c));
}
fn target_at(row: u32, c: u32) -> vec4f { return select(vec4f(), ${target}, is_class(c)); }
fn weights_at(c: u32) -> vec4f { return ${o.weighted ? "weights[c]" : "vec4f(1.0)"}; }
fn factors_at(row: u32, c: u32) -> vec4f {
  return select(vec4f(), weights_at(c) * ${smoothed}, is_class(c));
}`;
}

/**
 * WGSL, to follow the target's: the largest logit of a workgroup's row, which ignores NaN, the sum of a vector, and
 * exp4 and log1, which do not. With a NaN or an infinity in the row, sums of exp4(logits - row_max) are NaN.
 */
export const rowMax = `${groupReduce}${nanSafe}
fn sum4(value: vec4f) -> f32 { return dot(value, vec4f(1.0)); }
fn row_max(row: u32, lane: u32) -> f32 {
  var largest = vec4f(-3.4e38);
  for (var c = lane; c < C4; c += ${LINEAR}u) {
    let z = logits_at(row, c);
    largest = select(largest, z, z > largest);
  }
  let pair = select(largest.xy, largest.zw, largest.zw > largest.xy);
  return group_max(select(pair.x, pair.y, pair.y > pair.x), lane);
}`;
