import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { byteSource } from "../../src/base/byte_source.ts";
import { DataError } from "../../src/base/errors.ts";
import { float32, readSafetensors, writeSafetensors } from "../../src/formats/safetensors.ts";
import { createModel } from "../../src/nn/models/mod.ts";
import { encodeCheckpoint, loadCheckpoint } from "../../src/train/checkpoint.ts";
import { gpuTest } from "../rings.ts";
import { classes, smallModel, testDevice } from "./small_run.ts";

const info = { epoch: 3, step: 12, classes, imageSize: 32, accuracy: .75 };

gpuTest(
  "encodeCheckpoint() and loadCheckpoint() carry every weight, bit for bit, under torchvision's names",
  async () => {
    const device = await testDevice();
    const model = smallModel(device, 1), other = smallModel(device, 2);
    model.parameters.batches = 12;
    const bytes = await encodeCheckpoint(model, info);
    const { tensors, metadata } = readSafetensors(bytes);
    assertEquals(tensors.size, 122);
    assertEquals(tensors.get("conv1.weight")?.shape, [64, 3, 7, 7]);
    assertEquals(tensors.get("layer2.0.downsample.1.num_batches_tracked")?.data, BigInt64Array.of(12n));
    assertEquals(metadata.get("wgrad.classes"), '["0","1","2"]');
    assertEquals(await loadCheckpoint(other, byteSource("x", bytes), { classes }), { fresh: [], aside: [] });
    assertEquals(await other.parameters.values.read(), await model.parameters.values.read());
    assertEquals(other.parameters.batches, 12);
  },
);

gpuTest("loadCheckpoint() leaves out a classifier of another size and says so", async () => {
  const device = await testDevice();
  const { tensors } = readSafetensors(await encodeCheckpoint(smallModel(device), info));
  const five = createModel(device, "resnet18", { classes: 5, seed: 3 });
  const before = (await five.parameters.state()).get("fc.weight");
  const wrapped = new Map([...tensors].map(([name, tensor]) => [`model.${name}`, tensor]));
  wrapped.set("loss.weight", tensors.get("bn1.weight")!);
  const source = byteSource("imagenet.safetensors", writeSafetensors(wrapped));
  assertEquals(await loadCheckpoint(five, source, { classes: [..."abcde"] }), {
    fresh: ["fc.weight", "fc.bias"],
    aside: ["loss.weight"],
  });
  await assertRejects(
    () => loadCheckpoint(five, source, { classes: [..."abcde"], freshHead: false }),
    DataError,
    "Cannot load imagenet.safetensors: its classifier (fc.weight [3, 512], fc.bias [3]) is not for the 5 classes " +
      "of the data; train it on them first, with model.weights=imagenet.safetensors",
  );
  assertEquals((await five.parameters.state()).get("fc.weight"), before);
});

gpuTest("loadCheckpoint() leaves out a stem that the model has replaced, and says so", async () => {
  const device = await testDevice();
  const plain = smallModel(device), [name] = ["layer1.0.conv1.weight"];
  const source = byteSource("imagenet.safetensors", await encodeCheckpoint(plain, info));
  const small = createModel(device, { name: "resnet18", options: { stem: "small" } }, {
    classes: classes.length,
    seed: 3,
  });
  const before = await small.parameters.state();
  assertEquals(before.get("conv1.weight")!.shape, [64, 3, 3, 3]);
  assertEquals(await loadCheckpoint(small, source, { classes }), { fresh: ["conv1", "bn1"], aside: [] });
  const after = await small.parameters.state();
  assertEquals(after.get("conv1.weight"), before.get("conv1.weight"));
  assertEquals(after.get(name), (await plain.parameters.state()).get(name));
  await assertRejects(
    () => loadCheckpoint(small, source, { classes, freshHead: false }),
    DataError,
    "Cannot load imagenet.safetensors: its conv1.weight [64, 3, 7, 7] is not that of model.stem=small; leave that " +
      "out, or train it first, with model.weights=imagenet.safetensors",
  );
});

gpuTest("loadCheckpoint() leaves out a classifier of another form, and says what it is", async () => {
  const device = await testDevice();
  const model = smallModel(device);
  const { tensors } = readSafetensors(await encodeCheckpoint(model, info));
  for (const part of ["weight", "bias"]) {
    tensors.set(`fc.1.${part}`, tensors.get(`fc.${part}`)!);
    tensors.delete(`fc.${part}`);
  }
  const source = byteSource("dropout.safetensors", writeSafetensors(tensors));
  const loaded = await loadCheckpoint(model, source, { classes });
  assertEquals(loaded, { fresh: ["fc.weight", "fc.bias"], aside: ["fc.1.bias", "fc.1.weight"] });
});

gpuTest("loadCheckpoint() begins the classifier anew where the file's classes are others", async () => {
  const device = await testDevice();
  const model = smallModel(device), start = await model.parameters.state();
  model.parameters.values.write(new Float32Array(model.parameters.values.size).fill(0.5));
  const trained = await model.parameters.state();
  const source = byteSource("jerseys.safetensors", await encodeCheckpoint(model, info));
  const loaded = await loadCheckpoint(model, source, { classes: ["cat", "dog", "owl"] });
  assertEquals(loaded.fresh, ["fc.weight", "fc.bias"]);
  assertEquals(loaded.otherClasses?.slice(0, 37), 'its 3 classes are "0", "1", "2", but ');
  const after = await model.parameters.state();
  assertEquals(after.get("conv1.weight"), trained.get("conv1.weight"));
  assertEquals(after.get("fc.weight"), start.get("fc.weight"));
});

gpuTest(
  "loadCheckpoint() says which model a file is of, if it is another, and lists five names",
  async () => {
    const device = await testDevice();
    const model = smallModel(device);
    const { tensors } = readSafetensors(await encodeCheckpoint(smallModel(device), info));
    for (const name of [...tensors.keys()]) {
      const [, stage, block, rest] = /^layer(\d)\.(\d)\.(.*)$/.exec(name) ?? [];
      if (block !== "1" || stage === "1") continue;
      for (let i = 2; i < [0, 0, 4, 6, 3][Number(stage)]; i++) {
        tensors.set(`layer${stage}.${i}.${rest}`, tensors.get(name)!);
      }
    }
    for (const name of [...tensors.keys()]) {
      if (name.startsWith("layer1.1.")) tensors.set(name.replace(".1.", ".2."), tensors.get(name)!);
    }
    const source = byteSource("x.pth", writeSafetensors(tensors));
    const { message } = await assertRejects(() => loadCheckpoint(model, source, { classes }), DataError);
    assertMatch(
      message,
      /^Cannot load x\.pth into resnet18 because its tensors do not fit:\n- 80 unexpected: (\S+ \[[\d, ]+\](, )?){5} and 75 more\n- its tensors are those of resnet34: use model=resnet34$/,
    );
  },
);

gpuTest("loadCheckpoint() refuses damaged files, other architectures and other classes", async () => {
  const device = await testDevice();
  const model = smallModel(device);
  const bytes = await encodeCheckpoint(model, info);
  const refuse = (bytes: Uint8Array, names: readonly string[], text: string) =>
    assertRejects(
      () =>
        loadCheckpoint(model, byteSource("best.safetensors", bytes), { classes: names, freshHead: false }),
      DataError,
      text,
    );
  await refuse(bytes.subarray(0, 1000), classes, "Cannot load best.safetensors: Cannot read safetensors");
  await refuse(
    bytes,
    ["0", "2", "1"],
    'its 3 classes are "0", "1", "2", but the 3 of the data are "0", "2", "1"; the first that differs is number 1, "1" and "2"',
  );
  const { tensors } = readSafetensors(bytes);
  tensors.delete("layer1.0.conv1.weight");
  tensors.set("layer1.extra", float32([2], [1, 2]));
  tensors.set("conv1.weight", float32([64, 3, 1, 1], new Float32Array(192)));
  const before = await model.parameters.values.read();
  await refuse(
    writeSafetensors(tensors),
    classes,
    "Cannot load best.safetensors into resnet18 because its tensors do not fit:\n" +
      "- 1 missing: layer1.0.conv1.weight [64, 64, 3, 3]\n" +
      "- 1 unexpected: layer1.extra [2]\n" +
      "- 1 of another shape: conv1.weight [64, 3, 1, 1] instead of [64, 3, 7, 7]",
  );
  for (const name of tensors.keys()) if (/^(layer.*)?bn\d/.test(name)) tensors.delete(name);
  tensors.set("conv1.bias", float32([64], new Float32Array(64)));
  await refuse(
    writeSafetensors(tensors),
    classes,
    "\n- its batch norms are folded into its convolutions: export it with --batch-norm kept",
  );
  assertEquals(await model.parameters.values.read(), before);
});
