import { assert, assertEquals, assertRejects } from "@std/assert";
import { GpuError } from "../../src/base/errors.ts";
import { kernel } from "../../src/core/kernel.ts";
import { byKernel } from "../../src/core/profile.ts";
import { recordProgram } from "../../src/core/program.ts";
import { persistent, tensorOf } from "../../src/core/tensor.ts";
import { deviceTest, elementwise, groups, scale, sums } from "./fixtures.ts";

deviceTest("profile() gives one time per dispatch, in order, and runs the step once", async (device) => {
  const x = tensorOf(device, [1, 2, 3, 4], [4]);
  const total = persistent(device, [4]);
  const program = await recordProgram(device, () => {
    sums.addTo(total, scale(x, 2));
    return [];
  });
  const times = await program.profile();
  assertEquals(times.map(({ kernel }) => kernel), ["map", "sum"]);
  for (const { milliseconds } of times) {
    assert(milliseconds >= 0 && milliseconds < 10_000, `${milliseconds} ms`);
  }
  assertEquals([...await total.read()], [2, 4, 6, 8]);
});

deviceTest(
  "profile() gives each launch its own name, though kernels of equal code are compiled once",
  async (device) => {
    const source = () => ({ code: elementwise("y[i] = x[i];"), workgroups: groups(4) });
    const x = tensorOf(device, [1, 2, 3, 4], [4]);
    const program = await recordProgram(device, () => {
      const y = x.like(), z = x.like();
      kernel("forward", source).run({ x, y }, {});
      kernel("dgrad", source).run({ x: y, y: z }, {});
      return [z];
    });
    assertEquals((await program.profile()).map(({ kernel }) => kernel), ["forward", "dgrad"]);
  },
);

deviceTest("profile() covers more dispatches than a query set holds", async (device) => {
  const total = persistent(device, [4]);
  const one = tensorOf(device, [1, 1, 1, 1], [4]);
  const program = await recordProgram(device, () => {
    for (let i = 0; i < 2100; i++) sums.addTo(total, one);
    return [];
  });
  assertEquals((await program.profile()).length, 2100);
  assertEquals([...await total.read()], [2100, 2100, 2100, 2100]);
});

deviceTest("profile() says that the adapter has no timestamp queries", async (device) => {
  const x = tensorOf(device, [1, 2, 3, 4], [4]);
  const program = await recordProgram(device, () => [scale(x, 2)]);
  Object.defineProperty(device.gpu, "features", { value: new Set() });
  await assertRejects(
    () => program.profile(),
    GpuError,
    "Cannot profile because the adapter has no timestamp queries",
  );
});

Deno.test("byKernel() sums the launches of each kernel, longest first", () => {
  const times = [
    { kernel: "relu", milliseconds: 1 },
    { kernel: "conv", milliseconds: 4 },
    { kernel: "relu", milliseconds: 2 },
  ];
  assertEquals(byKernel(times), [
    { kernel: "conv", milliseconds: 4, launches: 1 },
    { kernel: "relu", milliseconds: 3, launches: 2 },
  ]);
});
