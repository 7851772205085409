/** scaled = factor * value, of one element each. */
import { type KernelSource, wgsl } from "./lib/source.ts";

export function scaled(_: undefined): KernelSource {
  const code = wgsl`
@group(0) @binding(0) var<storage, read> factor: array<f32>; // [1]
@group(0) @binding(1) var<storage, read> value: array<f32>; // [1]
@group(0) @binding(2) var<storage, read_write> scaled: array<f32>; // [1]

@compute @workgroup_size(1)
fn main() {
  scaled[0] = factor[0] * value[0];
}`;
  return { code, workgroups: [1, 1, 1] };
}
