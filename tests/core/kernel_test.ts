import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { exitCode, GpuError } from "../../src/base/errors.ts";
import type { Device } from "../../src/core/device.ts";
import { bindGroup, collectDispatches, kernel } from "../../src/core/kernel.ts";
import { recordProgram } from "../../src/core/program.ts";
import { empty, type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { deviceTest, elementwise, groups, map, sums } from "./fixtures.ts";

/** Runs a kernel with this statement on [1, 2, 3, 4]. */
function attempt(device: Device, statement: string): Tensor {
  const x = tensorOf(device, [1, 2, 3, 4], [4]);
  const y = empty(device, [4]);
  map.run({ x, y }, { statement, count: 4 });
  return y;
}

deviceTest(
  "a kernel runs with its tensors bound by name, each exactly as long as the tensor",
  async (device) => {
    const values = await attempt(device, "y[i] = 10.0 * x[3u - i] + f32(arrayLength(&y));").read();
    assertEquals([...values], [44, 34, 24, 14]);
  },
);

const mistakes = [
  { what: "a syntax error", statement: "y[i] = x[i] + ;", column: 17, gist: /expr/ },
  { what: "an unknown name", statement: "y[i] = x[i] * factor;", column: 17, gist: /factor/ },
  { what: "types that do not go together", statement: "\ty[i] = x[i] + 1u;", column: 11, gist: /Add|\+/ },
  { what: "a wrong argument", statement: "y[i] = sin(true);", column: 10, gist: /sin\W*$|sin\(bool\)'$/ },
];
for (const { what, statement, column, gist } of mistakes) {
  deviceTest(
    `a kernel with ${what} is shown with its name, line, column and a caret, by read() alone`,
    async (device) => {
      const error = await assertRejects(() => attempt(device, statement).read(), GpuError);
      const [first, line, caret, ...rest] = error.message.split("\n");
      const place = `Cannot compile kernel map at line 7, column ${column}: `;
      assertEquals(first.slice(0, place.length), place);
      assertEquals(gist.test(first), true, first);
      assertEquals(line, `  ${statement}`);
      assertEquals(caret, line.slice(0, column - 1).replaceAll(/[^\t]/g, " ") + "^");
      assertEquals(rest, []);
      assertEquals(exitCode(error), 4);
      assertEquals(await assertRejects(() => device.failed), error);
    },
  );
}

deviceTest("a kernel that the adapter cannot run is shown with its name and the limit", async (device) => {
  const wide = kernel("wide", () => ({
    code: elementwise("y[i] = x[i];").replace("workgroup_size(64)", "workgroup_size(64, 64)"),
    workgroups: [1, 1, 1] as const,
  }));
  wide.run({ x: empty(device, [4]), y: empty(device, [4]) }, {});
  await assertRejects(() => device.settled(), GpuError, "Cannot compile kernel wide: ");
});

deviceTest("recordProgram() rejects with the kernel that does not compile", async (device) => {
  const x = tensorOf(device, [1, 2, 3, 4], [4]);
  const body = () => {
    const y = x.like();
    map.run({ x, y }, { statement: "y[i] = nothing;", count: 4 });
    return [y];
  };
  await assertRejects(
    () => recordProgram(device, body),
    GpuError,
    "Cannot compile kernel map at line 7, column 10: ",
  );
});

deviceTest("a kernel names its bindings when one is missing, or one too many is given", (device) => {
  const x = empty(device, [4]);
  assertThrows(
    () => map.run({ x, z: x }, { statement: "y[i] = x[i];", count: 4 }),
    TypeError,
    "Cannot run map: its bindings are x, y, current tensors are x, z",
  );
  assertThrows(
    () => map.run({ x, y: x.like(), z: x }, { statement: "y[i] = x[i];", count: 4 }),
    TypeError,
    "Cannot run map: its bindings are x, y, current tensors are x, y, z",
  );
});

deviceTest("a kernel refuses a buffer that it would read and write, by name", (device) => {
  const x = empty(device, [128], "f32", "weights");
  const message = "Cannot run map: x (read) and y (written) share the buffer of weights";
  const run = (a: Tensor, b: Tensor) => map.run({ x: a, y: b }, { statement: "y[i] = x[i];", count: 64 });
  assertThrows(() => run(x, x), TypeError, message);
  assertThrows(() => run(x.slice(0, [64]), x.slice(64, [64])), TypeError, message);
});

deviceTest(
  "a kernel refuses to write overlapping parts of a buffer, but may write separate ones",
  async (device) => {
    const twoOutputs = kernel("two_outputs", () => ({
      code: elementwise("y[i] = 1.0; x[i] = 2.0;").replace("<storage, read>", "<storage, read_write>"),
      workgroups: groups(64),
    }));
    const both = empty(device, [128], "f32", "both");
    const low = both.slice(0, [64]), high = both.slice(64, [64]);
    assertThrows(
      () => twoOutputs.run({ x: both, y: high }, {}),
      TypeError,
      "Cannot run two_outputs: y (written) and x (written) share the buffer of both",
    );
    twoOutputs.run({ x: low, y: high }, {});
    assertEquals(await both.read(), new Float32Array(128).fill(2, 0, 64).fill(1, 64));
  },
);

deviceTest("a kernel may read one tensor under two names", async (device) => {
  const x = tensorOf(device, [1, 2, 3, 4], [4]);
  assertEquals([...await sums.add(x, x).read()], [2, 4, 6, 8]);
});

deviceTest(
  "a slice that the adapter cannot bind is refused with its place and the required multiple",
  (device) => {
    const flat = empty(device, [128], "f32", "parameters");
    const y = empty(device, [4]);
    assertThrows(
      () => map.run({ x: flat.slice(3, [4]), y }, { statement: "y[i] = x[i];", count: 4 }),
      RangeError,
      "Cannot run map: x starts at byte 12 of parameters, but slices that kernels use must start at a multiple of " +
        device.gpu.limits.minStorageBufferOffsetAlignment,
    );
  },
);

deviceTest("too many workgroups are refused with the kernel's name, the limit and the cure", (device) => {
  const limit = device.gpu.limits.maxComputeWorkgroupsPerDimension;
  const x = empty(device, [4]);
  const error = assertThrows(
    () => map.run({ x, y: x.like() }, { statement: "y[i] = x[i];", count: 64 * (limit + 1) }),
    GpuError,
  );
  assertEquals(
    error.message,
    `Cannot run map: [${
      limit + 1
    }, 1, 1] workgroups exceed the adapter's limit of ${limit} in a dimension; ` +
      "lower data.batch_size or data.image_size",
  );
});

deviceTest(
  "a specialisation is compiled once a device, and a bind group made once a set of buffers",
  (device) => {
    const x = empty(device, [4]), y = empty(device, [4]), z = empty(device, [4]);
    const dispatches = collectDispatches(device, () => {
      map.run({ x, y }, { statement: "y[i] = x[i];", count: 4 });
      map.run({ x, y }, { statement: "y[i] = x[i];", count: 4 });
      map.run({ x, y: z }, { statement: "y[i] = x[i];", count: 4 });
      map.run({ x, y }, { statement: "y[i] = -x[i];", count: 4 });
    });
    const [first, again, elsewhere, other] = dispatches;
    assertEquals(first.kernel === again.kernel && first.kernel === elsewhere.kernel, true);
    assertEquals(first.kernel === other.kernel, false);
    assertEquals(bindGroup(device, first) === bindGroup(device, again), true);
    assertEquals(bindGroup(device, first) === bindGroup(device, elsewhere), false);
  },
);

deviceTest("a freed tensor is refused with its name and shape", (device) => {
  const x = empty(device, [2, 2], "f32", "gone");
  x.free();
  assertThrows(
    () => map.run({ x, y: empty(device, [4]) }, { statement: "y[i] = x[i];", count: 4 }),
    RangeError,
    "Cannot use tensor gone [2, 2]: it has no memory",
  );
});
