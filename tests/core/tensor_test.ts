import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { type DType, empty, persistent, tensorOf } from "../../src/core/tensor.ts";
import { deviceTest, map } from "./fixtures.ts";

/** The first values that are written and read in these tests. */
function sample(count: number, dtype: DType): number[] {
  const random = rng(7, dtype);
  return Array.from({ length: count }, () => dtype === "u32" ? random.integer(2 ** 24 - 1) : random.normal());
}

for (const dtype of ["f32", "f16", "u32"] as const) {
  deviceTest(`a tensor gives back what was written, in ${dtype} and any length`, async (device) => {
    for (const count of [1, 2, 3, 5, 127, 128, 1001]) {
      const values = sample(count, dtype);
      const tensor = tensorOf(device, values, [count], dtype);
      const stored = dtype === "f16" ? Float16Array.from(values) : Float32Array.from(values);
      assertEquals([...await tensor.read()], [...stored], `${count} elements, at the start`);
      tensor.write(values.map((value) => value + 1));
      const next = values.map((value) => value + 1);
      const changed = dtype === "f16" ? Float16Array.from(next) : Float32Array.from(next);
      assertEquals([...await tensor.read()], [...changed], `${count} elements, written again`);
    }
  });
}

deviceTest("f16 clamps what lies outside its range, and keeps NaN", async (device) => {
  const x = tensorOf(device, [1e6, -1e6, 65504, 65519, NaN, 1e-9, 0.1, -0], [8], "f16");
  assertEquals([...await x.read()], [Infinity, -Infinity, 65504, 65504, NaN, 0, Math.f16round(0.1), -0]);
});

deviceTest("readBytes() gives u32 to the last bit", async (device) => {
  const values = Uint32Array.of(0xffff_ffff, 2 ** 24 + 1, 0);
  const x = tensorOf(device, values, [3], "u32");
  assertEquals(new Uint32Array(await x.readBytes()), values);
});

deviceTest("write() takes bytes as they lie in memory", async (device) => {
  const x = empty(device, [3], "f16");
  x.write(new Uint8Array(Float16Array.of(1, 2, 3).buffer));
  assertEquals([...await x.read()], [1, 2, 3]);
});

deviceTest("write() of nothing does nothing", async (device) => {
  const x = tensorOf(device, [1, 2, 3, 4], [1, 4]);
  x.slice(0, [0, 4]).write(new Float32Array());
  assertEquals([...await x.read()], [1, 2, 3, 4]);
});

deviceTest("write() and tensorOf() name the lengths that do not fit", (device) => {
  const x = empty(device, [2, 3], "f32", "bias");
  assertThrows(
    () => tensorOf(device, [1, 2], [3]),
    TypeError,
    "Cannot create a tensor [3] from 2 values: need 3",
  );
  assertThrows(
    () => x.write(new Uint8Array(20)),
    TypeError,
    "Cannot write 20 bytes to bias [2, 3] f32: need 24",
  );
});

deviceTest("an axis must be a positive integer", (device) => {
  for (const shape of [[2, 0], [1.5], [-1], [NaN]]) {
    assertThrows(() => empty(device, shape, "f32", "odd"), RangeError, "Cannot create tensor odd [");
    assertThrows(() => persistent(device, shape, "f32", "odd"), RangeError, "Cannot create tensor odd [");
  }
});

deviceTest(
  "persistent() is zeros, also in memory that was used before, and outlives the scope",
  async (device) => {
    const tensors = device.scope(() => {
      const used = empty(device, [4]);
      map.run({ x: empty(device, [4]), y: used }, { statement: "y[i] = x[i] + 9.0;", count: 4 });
      used.free(); // while the dispatch that writes it is still to be submitted
      return [persistent(device, [4]), persistent(device, [3], "f16")];
    });
    for (const tensor of tensors) assertEquals([...await tensor.read()], new Array(tensor.size).fill(0));
  },
);

deviceTest(
  "write() comes behind dispatches that were encoded before it, and ahead of later ones",
  async (device) => {
    const x = tensorOf(device, [1, 2, 3, 4], [4]);
    const before = x.like(), after = x.like();
    map.run({ x, y: before }, { statement: "y[i] = x[i];", count: 4 });
    x.write([5, 6, 7, 8]);
    map.run({ x, y: after }, { statement: "y[i] = x[i];", count: 4 });
    assertEquals([...await before.read()], [1, 2, 3, 4]);
    assertEquals([...await after.read()], [5, 6, 7, 8]);
  },
);

deviceTest(
  "slices at multiples of 256 bytes are read, written and used by kernels on their own",
  async (device) => {
    const flat = tensorOf(device, sample(256, "f32"), [256], "f32", "flat");
    const part = flat.slice(64, [2, 3]);
    part.write([1, 2, 3, 4, 5, 6]);
    map.run({ x: part, y: empty(device, [6]) }, { statement: "y[i] = x[i];", count: 6 });
    const target = flat.like();
    map.run({ x: part, y: target.slice(128, [6]) }, { statement: "y[i] = 2.0 * x[i];", count: 6 });
    assertEquals([...await part.read()], [1, 2, 3, 4, 5, 6]);
    assertEquals([...await target.slice(128, [6]).read()], [2, 4, 6, 8, 10, 12]);
    const whole = [...await flat.read()];
    const expected = Float32Array.from(sample(256, "f32"));
    expected.set([1, 2, 3, 4, 5, 6], 64);
    assertEquals(whole, [...expected]);
  },
);

deviceTest("a slice of a slice counts from the slice", async (device) => {
  const flat = tensorOf(device, Float32Array.from({ length: 256 }, (_, i) => i), [256]);
  assertEquals([...await flat.slice(64, [128]).slice(64, [2]).read()], [128, 129]);
});

deviceTest("a slice that leaves its tensor is refused with its place and the tensor's size", (device) => {
  const flat = empty(device, [16], "f32", "flat");
  for (const start of [13, -4, 0.5]) {
    assertThrows(
      () => flat.slice(start, [4]),
      RangeError,
      `Cannot take elements ${start} to ${start + 4} of flat [16]: it has 16`,
    );
  }
});

deviceTest(
  "a slice of f16 that shares a word with its neighbours is not read or written on its own",
  async (device) => {
    const flat = tensorOf(device, sample(8, "f16"), [8], "f16", "flat");
    const message = "of flat: slices must start and end at a multiple of 4 bytes";
    assertThrows(() => flat.slice(1, [2]).write([1, 2]), RangeError, `Cannot write bytes 2 to 6 ${message}`);
    assertThrows(
      () => flat.slice(0, [3]).write([1, 2, 3]),
      RangeError,
      `Cannot write bytes 0 to 6 ${message}`,
    );
    assertThrows(() => flat.slice(0, [1]).read(), RangeError, `Cannot read bytes 0 to 2 ${message}`);
    flat.slice(2, [2]).write([1, 2]);
    const expected = Float16Array.from(sample(8, "f16"));
    expected.set([1, 2], 2);
    assertEquals([...await flat.read()], [...expected]);
  },
);

deviceTest("view() shares the memory, and keeps the number of elements", async (device) => {
  const x = tensorOf(device, [1, 2, 3, 4, 5, 6], [2, 3], "f32", "x");
  const view = x.view([3, 2]);
  view.write([6, 5, 4, 3, 2, 1]);
  assertEquals([...await x.read()], [6, 5, 4, 3, 2, 1]);
  assertEquals(view.shape, [3, 2]);
  assertThrows(() => x.view([4]), TypeError, "Cannot view x [2, 3] as [4]: the number of elements differs");
});

deviceTest("a freed tensor cannot be read or written", async (device) => {
  const x = tensorOf(device, [1], [1], "f32", "gone");
  x.free();
  assertThrows(() => x.write([2]), RangeError, "Cannot use tensor gone [1]: it has no memory");
  await assertRejects(
    async () => await x.read(),
    RangeError,
    "Cannot use tensor gone [1]: it has no memory",
  );
});
