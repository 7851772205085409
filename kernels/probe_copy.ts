/**
 * y = x, 16 bytes at a time: measures how many bytes per second the adapter reads and writes. A thread handles one
 * vector, or several that are a workgroup apart, whichever is faster: on a CPU many small threads cost more than the
 * bytes.
 */
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface CopyProbe {
  /** Bytes of x, a multiple of 16 for each of the threads' vectors and workgroups. */
  readonly bytes: number;
  /** Threads of a workgroup, and vectors of each. */
  readonly threads: number;
  readonly vectors: number;
}

/** The variants tried; the fastest counts. */
export const COPY_UNROLLS: readonly Omit<CopyProbe, "bytes">[] = [
  { threads: 64, vectors: 1 },
  { threads: 256, vectors: 8 },
];

export function probeCopy({ bytes, threads, vectors }: CopyProbe): KernelSource {
  const groups = bytes / 16 / (threads * vectors), rows = Math.ceil(groups / 65535);
  const code = wgsl`
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(${threads})
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = (group.x + group.y * groups.x) * ${threads * vectors}u + lane;
  if (i + ${(vectors - 1) * threads}u >= arrayLength(&y)) { return; }
  ${unroll(vectors, (v) => `y[i + ${v * threads}u] = x[i + ${v * threads}u];`)}
}`;
  return { code, workgroups: [Math.ceil(groups / rows), rows, 1] };
}
