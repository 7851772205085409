/** What the engine's own tests share: a device for each test, and kernels that are small enough to check by eye. */
import { type Device, openDevice } from "../../src/core/device.ts";
import { kernel, type KernelSource } from "../../src/core/kernel.ts";
import { gradientFor, record, type Sums } from "../../src/core/tape.ts";
import { type Tensor } from "../../src/core/tensor.ts";
import { gpuTest, testGpu } from "../rings.ts";

/** Registers a test of ring 2 with a device of its own, which is closed after it. */
export function deviceTest(name: string, body: (device: Device) => void | Promise<void>): void {
  gpuTest(name, async () => {
    const device = await openDevice(await testGpu());
    try {
      await body(device);
    } finally {
      device.close();
    }
  });
}

/** WGSL of a kernel from x to y, one f32 a thread; `statement` sets `y[i]`. */
export function elementwise(statement: string): string {
  return `@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= arrayLength(&y)) { return; }
  ${statement}
}`;
}

/** Workgroups for `count` threads of {@link elementwise}. */
export function groups(count: number): KernelSource["workgroups"] {
  return [Math.ceil(count / 64), 1, 1];
}

/** A kernel from x to y with these statements as the options. */
export const map = kernel("map", (o: { statement: string; count: number }) => ({
  code: elementwise(o.statement),
  workgroups: groups(o.count),
}));

const sum = kernel("sum", (o: { count: number; inPlace: boolean }) => ({
  code: o.inPlace ? elementwise("y[i] = y[i] + x[i];") : SUM,
  workgroups: groups(o.count),
}));
const SUM = elementwise("y[i] = x[i] + z[i];") + "\n@group(0) @binding(2) var<storage, read> z: array<f32>;";

/** f32 sums for the tape. */
export const sums: Sums = {
  add(a, b) {
    const y = a.like();
    sum.run({ x: a, y, z: b }, { count: a.size, inPlace: false });
    return y;
  },
  addTo(target, a) {
    sum.run({ x: a, y: target }, { count: a.size, inPlace: true });
  },
};

/** y = factor * x, for any tensor of f32; its gradient is written to `gradientFor(x)`. */
export function scale(x: Tensor, factor: number): Tensor {
  const times = (from: Tensor, y: Tensor) => {
    map.run({ x: from, y }, { statement: `y[i] = ${factor.toFixed(3)} * x[i];`, count: x.size });
    return y;
  };
  const y = times(x, x.like("scale"));
  return record("scale", [x], y, (dy) => [() => times(dy, gradientFor(x))]);
}

/** y = a + b, for f32. */
export function plus(a: Tensor, b: Tensor): Tensor {
  const copy = (from: Tensor, y: Tensor) => {
    map.run({ x: from, y }, { statement: "y[i] = x[i];", count: from.size });
    return y;
  };
  return record(
    "plus",
    [a, b],
    sums.add(a, b),
    (dy) => [() => copy(dy, gradientFor(a)), () => copy(dy, gradientFor(b))],
  );
}
