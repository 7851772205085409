import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { GpuError } from "../../src/base/errors.ts";
import { rng } from "../../src/base/rng.ts";
import type { Device } from "../../src/core/device.ts";
import { recordHostWork } from "../../src/core/kernel.ts";
import { recordProgram } from "../../src/core/program.ts";
import { backward, withTape } from "../../src/core/tape.ts";
import { empty, persistent, type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { deviceTest, map, plus, scale, sums } from "./fixtures.ts";

const COUNT = 1000;

function random(seed: number): Float32Array {
  const numbers = rng(seed);
  return Float32Array.from({ length: COUNT }, () => numbers.normal());
}

/** A step with a branch, a parameter and its gradient: y and dx. */
function step(x: Tensor, w: Tensor): readonly Tensor[] {
  return withTape(x.device, () => {
    const h = plus(scale(x, 1.7), w);
    const y = plus(scale(scale(h, 0.3), -2), h);
    const dx = backward(y, y, sums).get(x)!;
    return [y, dx];
  });
}

/** x needs a gradient; w has a slot. */
function inputs(device: Device): { x: Tensor; w: Tensor } {
  const x = tensorOf(device, random(1), [COUNT], "f32", "x");
  const w = tensorOf(device, random(2), [COUNT], "f32", "w");
  x.needsGrad = w.needsGrad = true;
  w.grad = persistent(device, [COUNT], "f32", "d w");
  return { x, w };
}

async function bits(...tensors: readonly Tensor[]): Promise<Uint32Array[]> {
  const all: Uint32Array[] = [];
  for (const tensor of tensors) all.push(new Uint32Array(await tensor.readBytes()));
  return all;
}

deviceTest(
  "a program gives what eager kernels give, bit for bit, also with changed inputs",
  async (device) => {
    const { x, w } = inputs(device);
    let kept: readonly Tensor[] = [];
    const program = await recordProgram(device, () => kept = step(x, w));
    for (const seed of [3, 4, 5]) {
      x.write(random(seed));
      const eager = await device.scope(async () => await bits(...step(x, w), w.grad!));
      w.grad!.write(new Float32Array(COUNT));
      program.run();
      assertEquals(await bits(...kept, w.grad!), eager);
    }
  },
);

deviceTest("a program runs several times before anything is read", async (device) => {
  const total = persistent(device, [4]);
  const one = tensorOf(device, [1, 2, 3, 4], [4]);
  const program = await recordProgram(device, () => (sums.addTo(total, one), []));
  for (let i = 0; i < 5; i++) program.run();
  assertEquals([...await total.read()], [5, 10, 15, 20]);
});

deviceTest(
  "the host takes part in the midst of a program, each time, on memory that others share",
  async (device) => {
    const { x, w } = inputs(device), seen: number[] = [];
    let kept: readonly Tensor[] = [];
    const program = await recordProgram(device, () => {
      const doubled = scale(x, 2), mirrored = empty(device, [COUNT]);
      recordHostWork(device, {
        name: "mirror",
        tensors: [doubled, w, mirrored],
        reads: 2,
        act: ([a, b]) => {
          seen.push(a[0]);
          return Promise.resolve([a.map((_, i) => a[COUNT - 1 - i] + b[i])]);
        },
      });
      const between = scale(scale(w, 3), 3); // may share memory with what the host has read
      return kept = [plus(scale(mirrored, .5), between)];
    });
    const other = await w.read();
    for (const seed of [3, 4]) {
      const values = random(seed);
      x.write(values);
      await program.encodeInParts();
      const expected = values.map((_, i) => .5 * (2 * values[COUNT - 1 - i] + other[i]) + 9 * other[i]);
      (await kept[0].read()).forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-4));
      assertEquals(seen.at(-1), 2 * values[0]);
    }
    assertThrows(() => program.encode(), RangeError, "in which the host has work");
    const alone = { name: "look", tensors: [x], reads: 1, act: () => Promise.resolve([]) };
    assertThrows(() => recordHostWork(device, alone), RangeError, "Cannot run look at once because");
  },
);

deviceTest(
  "a program says when it has used a tensor for the last time, although it goes on",
  async (device) => {
    const [first, second, unused] = ["first", "second", "unused"].map((label) =>
      persistent(device, [256], "f32", label)
    );
    const ones = tensorOf(device, Array(128).fill(1), [128]),
      [low, high] = [0, 128].map((start) => first.slice(start, [128]));
    const program = await recordProgram(device, () => {
      sums.addTo(low, ones);
      sums.addTo(high, ones);
      sums.addTo(second.slice(0, [128]), high); // reads what is written before
      sums.addTo(low, ones);
      return [];
    });
    const seen: [number, Promise<Float32Array>][] = [], tensors = [unused, high, second, first];
    await program.encodeInParts({
      tensors,
      final(index) {
        seen.push([index, first.read()]);
        if (index === 2) high.write(Array(128).fill(7)); // what is final may be written
      },
    });
    const values = await Promise.all(seen.map(async ([index, read]) => {
      const all = await read;
      return [index, all[0], all[128]];
    }));
    assertEquals(values, [[0, 1, 0], [1, 1, 1], [2, 1, 1], [3, 2, 7]]);
    assertEquals([...(await second.read()).slice(0, 2)], [1, 1]);
  },
);

deviceTest("encode() submits nothing: several programs go up in one submission", async (device) => {
  const total = persistent(device, [4]);
  const [one, ten] = [[1, 2, 3, 4], [10, 20, 30, 40]].map((values) => tensorOf(device, values, [4]));
  const programs = [
    await recordProgram(device, () => (sums.addTo(total, one), [])),
    await recordProgram(device, () => (sums.addTo(total, ten), [])),
  ];
  device.flush();
  const { queue } = device.gpu, { submit } = queue;
  let submissions = 0;
  queue.submit = (...args: Parameters<typeof submit>) => {
    submissions++;
    submit.apply(queue, args);
  };
  try {
    for (const program of programs) program.encode();
    assertEquals(submissions, 0);
    device.flush();
    assertEquals(submissions, 1);
  } finally {
    queue.submit = submit;
  }
  assertEquals([...await total.read()], [11, 22, 33, 44]);
  for (const program of programs) program.free();
  assertThrows(() => programs[0].encode(), RangeError, "freed");
});

deviceTest(
  "the planner lets tensors share buffers, and a chain of any length needs three",
  async (device) => {
    const x = tensorOf(device, random(1), [COUNT]);
    let y!: Tensor;
    const program = await recordProgram(device, () => {
      y = x;
      for (let i = 0; i < 20; i++) y = scale(y, 0.9);
      return [y];
    });
    assertEquals(program.dispatches, 20);
    assert(program.bytes <= 3 * 4096, `${program.bytes} bytes for a chain of 4 KB tensors`);
    program.run();
    const expected = random(1).map((value) => {
      for (let i = 0; i < 20; i++) value = Math.fround(Math.fround(0.9) * value);
      return value;
    });
    assertEquals(await y.read(), expected);
  },
);

deviceTest("the planner never lets a dispatch bind a buffer that it reads and writes", async (device) => {
  const bound: { buffer: GPUBuffer; kernel: string }[][] = [];
  const original = device.gpu.createBindGroup.bind(device.gpu);
  device.gpu.createBindGroup = (descriptor) => {
    const entries = [...descriptor.entries] as { resource: GPUBufferBinding }[];
    const buffers = entries.map(({ resource }) => ({ buffer: resource.buffer, kernel: descriptor.label! }));
    if (buffers.every(({ buffer }) => buffer.label !== "first runs")) bound.push(buffers);
    return original(descriptor);
  };
  const { x, w } = inputs(device);
  const program = await recordProgram(device, () => step(x, w));
  assertEquals(bound.length, program.dispatches);
  for (const entries of bound) {
    assertEquals(new Set(entries.map(({ buffer }) => buffer)).size, entries.length, entries[0].kernel);
  }
});

deviceTest(
  "a buffer serves only tensors that it holds, and none that would waste half of it",
  async (device) => {
    const large = tensorOf(device, random(1), [COUNT]),
      huge = tensorOf(device, new Float32Array(40_000), [40_000]);
    let small!: Tensor, y!: Tensor;
    const program = await recordProgram(device, () => {
      scale(scale(huge, 2), 3);
      scale(scale(large.slice(0, [64]), 2), 3);
      small = scale(scale(large.slice(64, [64]), 2), 3);
      y = scale(scale(large, 2), 3);
      return [small, y];
    });
    program.run();
    assert(small.buffer.size <= 8192 && y.buffer.size <= 8192, `${small.buffer.size}, ${y.buffer.size}`);
    assertEquals(await y.read(), random(1).map((value) => 3 * Math.fround(2 * value)));
  },
);

deviceTest(
  "what a program keeps survives the rest of the step, the next run and other work",
  async (device) => {
    const x = tensorOf(device, [1, 2, 3, 4], [4]);
    let early!: Tensor, late!: Tensor;
    const program = await recordProgram(device, () => {
      early = scale(x, 2);
      late = early;
      for (let i = 0; i < 6; i++) late = scale(late, 2);
      return [early, late];
    });
    program.run();
    device.scope(() => {
      for (let i = 0; i < 6; i++) tensorOf(device, [9, 9, 9, 9], [4]);
    });
    assertEquals([...await early.read()], [2, 4, 6, 8]);
    program.run();
    assertEquals([...await early.read()], [2, 4, 6, 8]);
    assertEquals([...await late.read()], [128, 256, 384, 512]);
  },
);

deviceTest("free() gives every buffer back, once, and ends the program and what it kept", async (device) => {
  const { x, w } = inputs(device);
  const live = device.pool.stats().live;
  let kept: readonly Tensor[] = [];
  const program = await recordProgram(device, () => kept = step(x, w));
  program.run();
  const { peakBytes, liveBytes } = device.pool.stats();
  kept[1].free();
  program.free();
  program.free();
  assertEquals(device.pool.stats().live, live);
  assertThrows(() => kept[0].buffer, RangeError, "it has no memory");
  assertThrows(() => program.run(), RangeError, "Cannot run a program that was freed");
  const again = await recordProgram(device, () => step(x, w));
  assertEquals(device.pool.stats().peakBytes, peakBytes);
  assertEquals(device.pool.stats().liveBytes, liveBytes);
  again.free();
});

deviceTest("a program refuses to run on a tensor that was freed since", async (device) => {
  let x!: Tensor, y!: Tensor;
  const program = await device.scope(async () => {
    x = tensorOf(device, [1, 2, 3, 4], [4], "f32", "batch");
    return await recordProgram(device, () => [y = scale(x, 2)]);
  });
  const message = "Cannot run a program: its tensor batch was freed after the recording";
  assertThrows(() => program.run(), RangeError, message);
  assertThrows(() => program.profile(), RangeError, message);
  assertEquals(y.shape, [4]);
});

deviceTest("a tensor that a program does not keep cannot be used afterwards", async (device) => {
  const x = tensorOf(device, [1, 2, 3, 4], [4]);
  let inner!: Tensor;
  const program = await recordProgram(device, () => [scale(inner = scale(x, 2), 3)]);
  program.run();
  assertThrows(() => inner.read(), RangeError, "or a recorded program does not keep it");
  const message = "Cannot record a program: map reads scale before a kernel of the program has written it";
  await assertRejects(() => recordProgram(device, () => [scale(inner, 2)]), TypeError, message);
});

deviceTest(
  "a program cannot keep what no kernel of it writes, but may keep what was there before",
  async (device) => {
    const x = tensorOf(device, [1, 2, 3, 4], [4]);
    const message = "Cannot keep logits: no kernel of the program writes it";
    await assertRejects(
      () => recordProgram(device, () => [empty(device, [4], "f32", "logits")]),
      TypeError,
      message,
    );
    const program = await recordProgram(device, () => [x, scale(x, 2)]);
    program.free();
    assertEquals([...await x.read()], [1, 2, 3, 4]);
  },
);

deviceTest("a recording inside a recording, and a run inside one, are refused", async (device) => {
  const x = tensorOf(device, [1, 2, 3, 4], [4]);
  const program = await recordProgram(device, () => [scale(x, 2)]);
  const nested: Promise<unknown>[] = [];
  await recordProgram(device, () => {
    nested.push(
      assertRejects(() => recordProgram(device, () => []), RangeError, "a recording is already active"),
    );
    assertThrows(() => program.run(), RangeError, "while another one is recorded");
    return [];
  });
  await Promise.all(nested);
});

deviceTest("reading and writing inside a recording are refused with the tensor's name", async (device) => {
  const x = tensorOf(device, [1, 2, 3, 4], [4], "f32", "losses");
  const cause = "losses [4] while a program is recorded";
  await assertRejects(() => recordProgram(device, () => (x.read(), [])), RangeError, `Cannot read ${cause}`);
  await assertRejects(
    () => recordProgram(device, () => (x.write([0, 0, 0, 0]), [])),
    RangeError,
    "Cannot write",
  );
  assertEquals(device.recording, false);
  assertEquals([...await x.read()], [1, 2, 3, 4]);
});

deviceTest("an asynchronous body is refused", async (device) => {
  const body = (async () => await Promise.resolve([])) as unknown as () => readonly Tensor[];
  await assertRejects(() => recordProgram(device, body), TypeError, "must return an array of tensors");
});

deviceTest("persistent() inside a recording makes zeros once, which runs then change", async (device) => {
  const one = tensorOf(device, [1, 1, 1, 1], [4]);
  let count!: Tensor;
  const program = await recordProgram(device, () => {
    count = persistent(device, [4]);
    sums.addTo(count, one);
    return [];
  });
  program.run();
  program.run();
  assertEquals([...await count.read()], [2, 2, 2, 2]);
});

deviceTest("a recording that cannot get its memory gives back what it got", async (device) => {
  const x = tensorOf(device, [1, 2, 3, 4], [4]);
  const live = device.pool.stats().live;
  const limit = device.gpu.limits.maxStorageBufferBindingSize / 4;
  const body = () => {
    const y = scale(x, 2);
    const huge = empty(device, [limit + 1], "f32", "activations");
    map.run({ x: y, y: huge }, { statement: "y[i] = x[i];", count: 64 });
    return [y, huge];
  };
  await assertRejects(() => recordProgram(device, body), GpuError, "Cannot allocate activations");
  assertEquals(device.pool.stats().live, live);
});

deviceTest("a program runs several times in one submission", async (device) => {
  const w = tensorOf(device, new Float32Array(COUNT), [COUNT], "f32", "w");
  const one = tensorOf(device, new Float32Array(COUNT).fill(1), [COUNT], "f32", "one");
  const program = await recordProgram(device, () => (sums.addTo(w, one), []));
  program.run(3);
  program.run();
  assertEquals((await w.read())[0], 4);
  program.free();
});
