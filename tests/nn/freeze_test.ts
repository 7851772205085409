/** Frozen parts of a model: they keep their values and statistics, and cost no gradient. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import type { Device } from "../../src/core/device.ts";
import { collectDispatches } from "../../src/core/kernel.ts";
import { withTape } from "../../src/core/tape.ts";
import { persistent } from "../../src/core/tensor.ts";
import { backward } from "../../src/ops/backward.ts";
import { makeOptimizer } from "../../src/optim/optimizers/mod.ts";
import { stepResults } from "../../src/train/step_results.ts";
import { trainStep } from "../../src/train/step.ts";
import type { Model } from "../../src/nn/model.ts";
import { createModel } from "../../src/nn/models/mod.ts";
import type { Precision } from "../../src/nn/parameters.ts";
import { gpuTest } from "../rings.ts";
import { adamw, classes, fitOptions, sizedBatch, testDevice } from "../train/small_run.ts";

const imageSize = 32;
const freeze = ["conv1", "bn1", "layer1", "layer2.1.bn2", "layer3.0.conv1.weight", "layer4.0.bn1.weight"];
const isFrozen = (name: string) => freeze.some((prefix) => `${name}.`.startsWith(`${prefix}.`));
/** Norms of which all is frozen. */
const isStill = (name: string) => isFrozen(name) && !name.startsWith("layer4");

const build = (device: Device, precision: Precision, freeze: readonly string[]) =>
  createModel(device, "resnet18", { classes: classes.length, seed: 1, precision, freeze });

/** Trains on a few batches; the norm of the last step's gradient. */
async function trained(device: Device, model: Model, steps: number): Promise<number> {
  const optimizer = makeOptimizer({ ...adamw, weight_decay: .1 }, model.parameters);
  const results = stepResults(device, classes.length, steps);
  const { loss } = fitOptions(device, model);
  const step = trainStep(device, {
    model,
    loss,
    optimizer,
    results,
    imageSize,
    maxNorm: 1,
    replay: true,
  });
  for (let i = 0; i < steps; i++) await step.run(sizedBatch(imageSize, 6, i), 1e-3);
  const [norm] = await step.clip.read();
  for (const part of [step, results, optimizer]) part.free();
  return norm;
}

for (const precision of ["32-true", "16-mixed"] as const) {
  gpuTest(
    `frozen parameters and the statistics of frozen norms stay, the others move, in ${precision}`,
    async () => {
      const device = await testDevice(), model = build(device, precision, freeze);
      const before = await model.parameters.state();
      await trained(device, model, 2);
      const after = await model.parameters.state();
      for (const [name, { values }] of before) {
        const stays = name.includes("running_") ? isStill(name) : isFrozen(name);
        const changed = after.get(name)!.values.some((value, i) => value !== values[i]);
        assertEquals(changed, !stays, name);
      }
      model.parameters.free();
    },
  );
}

gpuTest("frozen parts get no gradient work, and the norm is that of the others", async () => {
  const device = await testDevice();
  const images = persistent(device, [6, imageSize, imageSize, 4]), labels = persistent(device, [6], "u32");
  const one = persistent(device, [1]), target = { kind: "indices", values: labels } as const;
  const counted = async (freeze: readonly string[]) => {
    const model = build(device, "32-true", freeze);
    const { loss } = fitOptions(device, model);
    const dispatches = collectDispatches(
      device,
      () => withTape(device, () => backward(loss(model.forward(images, { training: true }), target), one)),
    );
    const wgrads = dispatches.filter(({ name }) => name === "conv2d_wgrad").length;
    const norm = await trained(device, model, 1);
    const gradients = [...(await model.parameters.gradientState()).values()];
    const squares = gradients.flatMap(({ values }) => [...values]).reduce(
      (sum, value) => sum + value * value,
      0,
    );
    model.parameters.free();
    return { wgrads, all: dispatches.length, off: Math.abs(norm / Math.sqrt(squares) - 1) };
  };
  const whole = await counted([]),
    head = await counted(["conv1", "bn1", "layer1", "layer2", "layer3", "layer4"]);
  assertEquals([whole.wgrads, head.wgrads], [20, 0]);
  assert(head.all < whole.all / 2, `${head.all} of ${whole.all} dispatches`);
  assert(whole.off < 1e-5 && head.off < 1e-5, `${whole.off}, ${head.off}`);
  for (const tensor of [images, labels, one]) tensor.free();
});

gpuTest("freeze names what is there, by whole names, and leaves something to train", async () => {
  const device = await testDevice();
  const refuse = (freeze: string[], says: string) =>
    assertThrows(() => build(device, "32-true", freeze), ConfigError, says);
  refuse(
    ["layer5"],
    'Cannot freeze "layer5": resnet18 has no such module or parameter; it has conv1, bn1, layer1',
  );
  refuse(["layer"], 'Cannot freeze "layer"');
  refuse(
    ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc."],
    "Cannot train resnet18: all of its parameters are frozen; leave out at least fc",
  );
});
