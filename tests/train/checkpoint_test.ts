import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../src/base/errors.ts";
import { readSafetensors, writeSafetensors } from "../../src/formats/safetensors.ts";
import { resnet } from "../../src/nn/resnet.ts";
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
    assertEquals(loadCheckpoint(other, bytes, "x.safetensors", classes), []);
    assertEquals(await other.parameters.values.read(), await model.parameters.values.read());
    assertEquals(other.parameters.batches, 12);
  },
);

gpuTest("loadCheckpoint() leaves out a classifier of another size and says so", async () => {
  const device = await testDevice();
  const { tensors } = readSafetensors(await encodeCheckpoint(smallModel(device), info));
  const five = resnet(device, "resnet18", { classes: 5, seed: 3 });
  const before = (await five.parameters.state()).get("fc.weight");
  const skipped = loadCheckpoint(five, writeSafetensors(tensors), "imagenet.safetensors", [
    "a",
    "b",
    "c",
    "d",
    "e",
  ]);
  assertEquals(skipped, ["fc.weight", "fc.bias"]);
  assertEquals((await five.parameters.state()).get("fc.weight"), before);
});

gpuTest("loadCheckpoint() refuses damaged files, other architectures and other classes", async () => {
  const device = await testDevice();
  const model = smallModel(device);
  const bytes = await encodeCheckpoint(model, info);
  const refuse = (bytes: Uint8Array, names: readonly string[], text: string) =>
    assertThrows(() => loadCheckpoint(model, bytes, "best.safetensors", names), DataError, text);
  refuse(bytes.subarray(0, 1000), classes, "Cannot load best.safetensors: Cannot read safetensors");
  refuse(bytes, ["0", "2", "1"], 'was trained on the classes ["0","1","2"]: the data has ["0","2","1"]');
  const { tensors } = readSafetensors(bytes);
  tensors.delete("layer1.0.conv1.weight");
  refuse(
    writeSafetensors(tensors),
    classes,
    "into resnet18: Cannot load the state dict as layer1.0.conv1.weight is missing",
  );
});
