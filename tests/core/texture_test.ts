import { assertEquals, assertThrows } from "@std/assert";
import { LimitError } from "../../src/base/errors.ts";
import { kernel } from "../../src/core/kernel.ts";
import { recordProgram } from "../../src/core/program.ts";
import { empty, persistent, type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { deviceTest } from "./fixtures.ts";

/** Texels of a row in these tests: the narrowest whose rows a copy can start at multiples of 256 bytes with. */
const ROW = 32;

/** y = a reversed + b, vector by vector: `a` as texels of four floats, `b` as texels of two words. */
const mix = kernel("mix", (count: number) => ({
  code: `@group(0) @binding(0) var a: texture_2d<f32>;
@group(0) @binding(1) var b: texture_2d<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  let n = arrayLength(&y);
  if (i >= n) { return; }
  let last = n - 1u - i;
  let low = textureLoad(b, vec2u(2u * i % ${ROW}u, 2u * i / ${ROW}u), 0).xy;
  let high = textureLoad(b, vec2u((2u * i + 1u) % ${ROW}u, (2u * i + 1u) / ${ROW}u), 0).xy;
  y[i] = textureLoad(a, vec2u(last % ${ROW}u, last / ${ROW}u), 0) + vec4f(vec4u(low, high));
}`,
  workgroups: [Math.ceil(count / 64), 1, 1] as const,
  texelRow: ROW,
}));

function mixed(a: Tensor, b: Tensor): Tensor {
  const y = empty(a.device, [a.size]);
  mix.run({ a, b, y }, a.size / 4);
  return y;
}

/** What {@link mix} should give. */
function expected(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  return Array.from({ length: a.length }, (_, i) => a[a.length - 4 - i + 2 * (i % 4)] + b[i]);
}

/** Integers that floats hold, so that sums are exact. */
function draw(length: number, from: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (from + 7919 * i) % 65536);
}

const words = (values: Float32Array) => Uint32Array.from(values);

for (const vectors of [1, 31, 32, 33, 96, 333]) {
  deviceTest(`a kernel reads tensors of ${vectors} vectors from textures`, async (device) => {
    const a = draw(4 * vectors, 5), b = draw(4 * vectors, 11);
    const y = mixed(tensorOf(device, a, [a.length]), tensorOf(device, words(b), [b.length], "u32"));
    assertEquals([...await y.read()], expected(a, b));
  });
}

deviceTest(
  "each launch reads its own tensors, though they share textures, and sees what was written just before",
  async (device) => {
    const a = [1, 2, 3].map((from) => draw(4 * 40, from)), b = draw(4 * 40, 17);
    const words4 = tensorOf(device, words(b), [b.length], "u32");
    const first = mixed(tensorOf(device, a[0], [a[0].length]), words4);
    const second = mixed(tensorOf(device, a[1], [a[1].length]), words4);
    const third = mixed(first, words4);
    assertEquals([...await second.read()], expected(a[1], b));
    assertEquals([...await third.read()], expected(expected(a[0], b), b));
  },
);

deviceTest("a recorded program fills its textures anew in each run, and in its profile", async (device) => {
  const b = draw(4 * 50, 3), x = persistent(device, [b.length]);
  const words4 = tensorOf(device, words(b), [b.length], "u32");
  let y!: Tensor;
  const program = await recordProgram(device, () => [y = mixed(mixed(x, words4), words4)]);
  for (
    const [from, run] of [[1, () => program.run()], [9, () => program.run(2)], [
      4,
      () => program.profile(),
    ]] as const
  ) {
    const a = draw(b.length, from);
    x.write(a);
    await run();
    assertEquals([...await y.read()], expected(expected(a, b), b));
  }
});

deviceTest("textures count as memory, and serve all tensors that take about as many rows", async (device) => {
  const peak = () => device.pool.stats().peakBytes;
  const run = (vectors: number) =>
    mixed(
      tensorOf(device, draw(4 * vectors, 1), [4 * vectors]),
      tensorOf(device, words(draw(4 * vectors, 2)), [4 * vectors], "u32"),
    ).read();
  const buffers = [5 * ROW, 8 * ROW].map((vectors) => 16 * vectors * 3);
  await run(5 * ROW);
  const textures = 8 * ROW * 16 + 16 * ROW * 8; // 5 rows of four floats, 10 of two words
  assertEquals(peak(), buffers[0] + textures);
  await run(8 * ROW);
  assertEquals(peak(), buffers[0] + buffers[1] + textures);
});

deviceTest(
  "a tensor that takes more rows than a texture has is refused, with the share that would fit",
  (device) => {
    const rows = 2 * device.gpu.limits.maxTextureDimension2D;
    const x = empty(device, [4 * ROW * rows]), y = empty(device, [4]);
    const error = assertThrows(
      () => mix.run({ a: x, b: x, y }, 1),
      LimitError,
      "rows, but the adapter has at most",
    );
    assertEquals(error.share, .5);
  },
);

deviceTest("a tensor that ends within a texel is refused", (device) => {
  const x = empty(device, [6]), y = empty(device, [4]);
  assertThrows(
    () => mix.run({ a: x, b: x, y }, 1),
    RangeError,
    "24 bytes are not a multiple of a texel's 16",
  );
});

deviceTest("a kernel may write the tensor that it reads from a texture, which is a copy", async (device) => {
  const a = draw(4 * 40, 7), zeros = tensorOf(device, words(new Float32Array(4 * 40)), [4 * 40], "u32");
  const x = tensorOf(device, a, [a.length]);
  mix.run({ a: x, b: zeros, y: x }, a.length / 4);
  assertEquals([...await x.read()], expected(a, new Float32Array(a.length)));
});
