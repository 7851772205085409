/** What a model tells of its network, and any layer's output and gradient against naive loops in float64. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import type { Device } from "../../src/core/device.ts";
import { withTape } from "../../src/core/tape.ts";
import { persistent } from "../../src/core/tensor.ts";
import { INPUT } from "../../src/nn/layers/layer.ts";
import { chain, type Chained, type Layer } from "../../src/nn/layers/mod.ts";
import { imagesToEngine } from "../../src/nn/layout.ts";
import { buildModel, type Model } from "../../src/nn/model.ts";
import { createModel } from "../../src/nn/models/mod.ts";
import { gradients } from "../../src/ops/backward.ts";
import { deviceTest } from "../core/fixtures.ts";
import { expectClose } from "../ops/op_case.ts";
import { nchwToNhwc } from "../reference/layout.ts";
import { randomNormal } from "../reference/random.ts";
import { referenceNetwork } from "./reference_network.ts";

const N = 3, SIZE = 11, CLASSES = 4;

function convNorm(name: string, from: number, to: number, kernel: number, stride: number): Chained[] {
  return [
    { kind: "conv", name: `${name}.0`, from, to, kernel, stride, padding: (kernel - 1) / 2 },
    { kind: "batch_norm", name: `${name}.1`, channels: to },
  ];
}

/** Every kind of layer, a block with a convolution as its shortcut, and one without. */
const layers: Layer[] = [
  ...chain(INPUT, [
    ...convNorm("stem", 3, 8, 3, 1),
    { kind: "relu", name: "stem.2" },
    { kind: "max_pool", name: "pool", kernel: 3, stride: 2, padding: 1 },
  ]),
  ...chain("pool", [...convNorm("a.path", 8, 12, 3, 2), { kind: "relu", name: "a.relu" }]),
  ...chain("a.relu", convNorm("a.last", 12, 12, 3, 1)),
  ...chain("pool", convNorm("a.shortcut", 8, 12, 1, 2)),
  { kind: "add", name: "a.add", inputs: ["a.last.1", "a.shortcut.1"] },
  { kind: "relu", name: "a.relu_1", inputs: ["a.add"] },
  ...chain("a.relu_1", convNorm("b.path", 12, 12, 3, 1)),
  { kind: "add", name: "b.add", inputs: ["b.path.1", "a.relu_1"] },
  ...chain("b.add", [
    { kind: "relu", name: "b.relu" },
    { kind: "global_avg_pool", name: "mean" },
    { kind: "flatten", name: "flatten" },
    { kind: "linear", name: "head", from: 12, to: CLASSES },
  ]),
];

/** The network on a device, with statistics as after some training. */
async function drawn(device: Device): Promise<Model> {
  const model = buildModel(device, { name: "small", classes: CLASSES, stages: [layers] }, { seed: 3 });
  const state = await model.parameters.state();
  for (const [key, { values }] of state) {
    const stream = rng(8, key);
    if (/mean|1\.bias/.test(key)) values.forEach((_, i) => values[i] = .2 * stream.normal());
    if (/var|1\.weight/.test(key)) values.forEach((_, i) => values[i] = stream.uniform(.5, 1.5));
  }
  model.parameters.load(state);
  return model;
}

for (const training of [false, true]) {
  const mode = training ? "training" : "evaluation";
  deviceTest(`each layer's output and gradient are those of naive loops, in ${mode}`, async (device) => {
    const model = await drawn(device), state = await model.parameters.state();
    const torch = randomNormal(rng(8, "images"), N * 3 * SIZE * SIZE), shape = [N, 3, SIZE, SIZE];
    const images = persistent(device, [N, SIZE, SIZE, 4]), dy = persistent(device, [N, CLASSES]);
    const slope = randomNormal(rng(8, "dy"), N * CLASSES);
    images.write(imagesToEngine(shape, torch));
    dy.write(slope);
    const given = { n: N, h: SIZE, w: SIZE, c: 3, data: nchwToNhwc(torch, shape) };
    const expected = referenceNetwork(layers, state, given, slope, training);
    const slots = await model.parameters.gradients.read();
    const all = layers.map(({ name }) => name);
    for (const names of [all, ["a.add", "pool"], ["b.path.0", "b.relu"]]) {
      const pass = model.observing(names);
      await device.scope(async () => {
        const { outputs, by } = withTape(device, () => {
          const { logits, outputs } = pass(images, { training });
          return { outputs, by: gradients(logits, dy, [...outputs.values()]) };
        });
        for (const [i, name] of names.entries()) {
          const output = outputs.get(name)!, { data } = expected.outputs.get(name)!;
          expectClose(name, output.shape, await output.read(), data, 1e-5);
          const gradient = expected.gradients.get(name)!;
          expectClose(`d ${name}`, output.shape, await by[i].read(), gradient, 1e-5);
        }
      });
    }
    assertEquals(await model.parameters.gradients.read(), slots, "gradients() wrote to a parameter's slot");
  });
}

deviceTest(
  "observing() takes modules by name, runs what forward() runs, and names the nearest layer",
  async (device) => {
    const model = createModel(device, "resnet18", { classes: 3, seed: 1 });
    const images = persistent(device, [2, 32, 32, 4]);
    images.write(randomNormal(rng(1), images.size));
    await device.scope(async () => {
      const pass = model.observing(["layer4.1", "layer2", "bn1", model.features]);
      const { logits, outputs } = pass(images, { training: false });
      assertEquals([...outputs].map(([name, { shape }]) => `${name} ${shape.join("x")}`), [
        "layer4.1 2x1x1x512",
        "layer2 2x4x4x128",
        "bn1 2x16x16x64",
        "flatten 2x512",
      ]);
      const plain = model.forward(images, { training: false });
      assertEquals(await logits.read(), await plain.read());
      const last = await outputs.get("layer4.1")!.read();
      assert(last.some((value: number) => value > 0));
      assertEquals(await outputs.get("flatten")!.read(), last); // one pixel a channel
    });
    assertThrows(() => model.observing(["layer4.1.relu_2"]), RangeError, "did you mean layer4.1.relu_1?");
  },
);

deviceTest("buildModel() refuses a head of another size than the classes", (device) => {
  const build = () => buildModel(device, { name: "small", classes: 5, stages: [layers] }, { seed: 3 });
  assertThrows(build, RangeError, "Cannot build small: its head head must have 5 classes, head.weight has 4");
});

deviceTest("a model knows its head, its features, and the stage of each parameter", (device) => {
  const model = createModel(device, "resnet18", { classes: 3, seed: 1 });
  assertEquals(model.head.parameters, ["fc.weight", "fc.bias"]);
  assertEquals(model.features, "flatten");
  const names = ["fc.weight", "layer4.1.bn2.bias", "layer3.0.conv1.weight", "layer2.0.downsample.1.weight"];
  assertEquals(names.map(model.stageOf), [0, 1, 2, 3]);
  assertEquals(["layer1.0.conv1.weight", "bn1.bias", "conv1.weight"].map(model.stageOf), [4, 5, 5]);
});
