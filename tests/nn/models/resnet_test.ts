import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { tensorOf } from "../../../src/core/tensor.ts";
import { createModel, type ModelName } from "../../../src/nn/models/mod.ts";
import { deviceTest } from "../../core/fixtures.ts";
import { randomNormal } from "../../reference/random.ts";

/** Learnt values with 1000 classes, as torchvision documents them. */
const counts = {
  resnet18: 11_689_512,
  resnet34: 21_797_672,
  resnet50: 25_557_032,
};

const names = Object.keys(counts) as (keyof typeof counts)[];

for (const name of names) {
  deviceTest(`${name} has torchvision's number of parameters, names and order`, (device) => {
    const { parameters } = createModel(device, name, { classes: 1000, seed: 1 });
    assertEquals(parameters.count, counts[name]);
    const { final, steps: [{ grads }] } = trajectory(name);
    assertEquals(parameters.parameters.map((parameter) => parameter.name), Object.keys(grads));
    const all = [...parameters.parameters, ...parameters.buffers].map((parameter) => parameter.name);
    assertEquals(all.toSorted(), Object.keys(final).toSorted());
  });
}

/** PyTorch's own names: what it wrote of a few steps of the network. */
function trajectory(name: ModelName): { final: object; steps: { grads: object }[] } {
  const file = new URL(`../../fixtures/parity/trajectory_${name}.json`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(file));
}

const shapes: Record<keyof typeof counts, Record<string, number[]>> = {
  resnet18: {
    "conv1.weight": [64, 3, 7, 7],
    "layer1.0.conv1.weight": [64, 64, 3, 3],
    "layer2.0.downsample.0.weight": [128, 64, 1, 1],
    "layer4.1.bn2.running_var": [512],
    "fc.weight": [7, 512],
  },
  resnet34: { "layer3.5.conv2.weight": [256, 256, 3, 3], "fc.weight": [7, 512], "fc.bias": [7] },
  resnet50: {
    "layer1.0.conv3.weight": [256, 64, 1, 1],
    "layer1.0.downsample.0.weight": [256, 64, 1, 1],
    "layer4.2.conv1.weight": [512, 2048, 1, 1],
    "layer4.0.bn3.bias": [2048],
    "fc.weight": [7, 2048],
  },
};

for (const name of names) {
  deviceTest(`${name} has torchvision's shapes, and maps images to logits`, async (device) => {
    const model = createModel(device, name, { classes: 7, seed: 1 });
    const { parameters, buffers } = model.parameters;
    const declared = new Map(
      [...parameters, ...buffers].map((one) => [one.name, one.declaration.torchShape]),
    );
    for (const [key, shape] of Object.entries(shapes[name])) assertEquals(declared.get(key), shape, key);
    await device.scope(async () => {
      const images = tensorOf(device, randomNormal(rng(1), 2 * 33 * 35 * 4), [2, 33, 35, 4]);
      const logits = model.forward(images, { training: false });
      assertEquals(logits.shape, [2, 8]);
      const values = await logits.read();
      assert(values.every(Number.isFinite));
      assertEquals([values[7], values[15]], [0, 0]); // padding
      assertNotEquals(values[0], values[8]);
    });
  });
}

deviceTest("a forward pass moves the running statistics in training only", async (device) => {
  const model = createModel(device, "resnet18", { classes: 3, seed: 1 });
  const { statistics } = model.parameters;
  const before = await statistics.read();
  const pass = (training: boolean) =>
    device.scope(() => {
      model.forward(tensorOf(device, randomNormal(rng(1), 2 * 32 * 32 * 4), [2, 32, 32, 4]), { training });
    });
  pass(false);
  assertEquals(await statistics.read(), before);
  pass(true);
  assertNotEquals(await statistics.read(), before);
});

deviceTest(
  "the same seed gives the same weights, but for the classifier whatever the classes",
  async (device) => {
    const values = async (seed: number, classes: number) => {
      const { parameters } = createModel(device, "resnet18", { classes, seed });
      const state = await parameters.state();
      parameters.free();
      return state;
    };
    const first = await values(1, 3), same = await values(1, 9), other = await values(2, 3);
    const name = "layer4.1.conv2.weight";
    assertEquals(first.get(name), same.get(name));
    assertNotEquals(first.get(name), other.get(name));
    const variance = first.get(name)!.values.reduce((sum, value) => sum + value * value, 0) / (512 * 512 * 9);
    assertAlmostEquals(variance * 512 * 9 / 2, 1, .01); // kaiming: 2 / fan out
  },
);
