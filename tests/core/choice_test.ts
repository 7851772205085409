import { assert, assertEquals } from "@std/assert";
import { runChosen, tune } from "../../src/core/choice.ts";
import { openDevice } from "../../src/core/device.ts";
import { kernel } from "../../src/core/kernel.ts";
import { empty, type Tensor } from "../../src/core/tensor.ts";
import { gpuTest } from "../rings.ts";

const fill = kernel("fill", ({ turns }: { turns: number }) => ({
  code: `@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var value = f32(id.x);
  for (var i = 0; i < ${turns}; i++) { value = fract(value * 1.7 + 0.3); }
  x[id.x] = value;
}`,
  workgroups: [64, 1, 1] as const,
}));

/** Two candidates, the first much slower; each notes that it ran. */
function candidates(x: Tensor, ran: string[]) {
  return [["slow", 100_000], ["fast", 1]].map(([name, turns]) => ({
    name: name as string,
    run() {
      ran.push(name as string);
      fill.run({ x }, { turns: turns as number });
    },
  }));
}

gpuTest(
  "tune() chooses the fastest candidate, which is run from then on, and gives its memory back",
  async () => {
    const device = await openDevice(navigator.gpu);
    const ran: string[] = [];
    const body = () => runChosen(device, "fill", candidates(empty(device, [4096]), ran));
    const live = device.pool.stats().live;
    const [choice] = await tune(device, body);
    assertEquals([choice.key, choice.name], ["fill", "fast"]);
    assert(choice.milliseconds.slow > choice.milliseconds.fast);
    assertEquals(device.pool.stats().live, live);
    ran.length = 0;
    device.scope(body);
    assertEquals(ran, ["fast"]);
    assertEquals(await tune(device, body), [], "A key was measured twice");
    device.close();
  },
);

gpuTest("runChosen() runs the first candidate where none was measured, or a name is not known", async () => {
  const device = await openDevice(navigator.gpu);
  const ran: string[] = [];
  const body = () => device.scope(() => runChosen(device, "fill", candidates(empty(device, [4096]), ran)));
  body();
  device.choices.set("fill", "of another version");
  body();
  assertEquals(ran, ["slow", "slow"]);
  device.close();
});
