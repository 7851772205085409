/**
 * y[n, c] = mean over all pixels of x[n, h, w, c]. A thread sums four adjacent channels of one image; lanes run along
 * c, so that a workgroup reads contiguous memory.
 */
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  unroll,
  wgsl,
} from "./lib/source.ts";

export interface GlobalAvgPoolOptions {
  readonly type: ElementType;
  /** Elements of the output; not part of the code. */
  readonly count: number;
  /** H * W. */
  readonly pixels: number;
  readonly channels: number;
}

/** Pixels in a loop iteration, since the loop counter costs as much as a load. */
const STEP = 8;

export function globalAvgPoolForward({ type, count, pixels, channels }: GlobalAvgPoolOptions): KernelSource {
  const c4 = channels / 4, rest = pixels % STEP;
  const add = (count: number, from: string) =>
    unroll(count, (i) => `sum += load4(x[start + (${from}${i}u) * ${c4}u]);`);
  const code = wgsl`
${element4(type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, H * W, C / 4]
@group(0) @binding(1) var<storage, read_write> y: array<Element4>; // [N, C / 4]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = linear_index(id, groups);
  if (at >= arrayLength(&y)) { return; }
  let start = at / ${c4}u * ${pixels * c4}u + at % ${c4}u;
  var sum = vec4f();
  for (var pixel = 0u; pixel < ${pixels - rest}u; pixel += ${STEP}u) { ${add(STEP, "pixel + ")} }
  ${add(rest, `${pixels - rest}u + `)}
  y[at] = store4(sum / ${pixels}.0);
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
