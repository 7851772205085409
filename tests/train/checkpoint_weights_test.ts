/** Weights in the files of other trainers: which are taken, and what is said. */
import { assertEquals, assertRejects } from "@std/assert";
import { byteSource } from "../../src/base/byte_source.ts";
import { DataError } from "../../src/base/errors.ts";
import { float32, type StoredTensor, writeSafetensors } from "../../src/formats/safetensors.ts";
import { everyModel } from "../../src/nn/models/recognize.ts";
import { checkpointWeights, EVALUATED } from "../../src/train/checkpoint_weights.ts";
import { randomResnet18 } from "../formats/onnx/weights.ts";
import { dict, tensor, zipFile } from "../formats/torch_pickle/torch_file.ts";
import { under } from "../nn/models/state_dicts.ts";

type Tensors = Map<string, StoredTensor>;

/** The weights of a ResNet-18 whose first bias is `mark`, so that they can be told from others. */
function marked(mark: number): Tensors {
  const { shape } = original.get("bn1.bias")!;
  return new Map(original).set("bn1.bias", float32(shape, new Float32Array(64).fill(mark)));
}
const original = randomResnet18(3);

/** Opens a file with these tensors. */
async function open(
  tensors: Tensors,
  { key, metadata = [] }: { key?: string; metadata?: [string, string][] } = {},
) {
  const source = byteSource("x.pth", writeSafetensors(tensors, new Map(metadata)));
  const found = await checkpointWeights(source, { networks: everyModel, key });
  const { data } = await found.weights.get("bn1.bias")!.load();
  return { ...found, mark: Number(data[0]) };
}

Deno.test("checkpointWeights() takes averaged weights of several, and says how to get the others", async () => {
  for (
    const [plain, averaged] of [
      ["state_dict.", "state_dict_ema."],
      ["model.module.", "model_ema.module."],
      ["net.", "ema_model."],
      ["", "ema."],
      ["params.", "EMA.params."],
      ["a.", "swa_model.module."],
    ]
  ) {
    const tensors: Tensors = new Map([...under(plain, marked(1)), ...under(averaged, marked(2))]);
    const taken = await open(tensors);
    const key = plain === "" ? "top" : plain.slice(0, -1);
    const place = plain === "" ? "with plain names" : `under "${key}"`;
    assertEquals([taken.mark, taken.isAveraged, taken.aside], [2, true, []]);
    assertEquals(
      taken.choice,
      `averaged weights under "${averaged.slice(0, -1)}"; for those ${place} give x.pth:${key}`,
    );
    const other = await open(tensors, { key });
    assertEquals([other.mark, other.isAveraged, other.choice, other.aside], [1, false, undefined, []]);
    const validated = await open(tensors, { metadata: [[EVALUATED, "weights"]] });
    assertEquals([validated.mark, validated.isAveraged], [1, false]);
  }
});

Deno.test("checkpointWeights() takes the first of several that are not averaged, and no incomplete ones", async () => {
  const partial = marked(3);
  partial.delete("layer4.1.bn2.running_var");
  const tensors = new Map([
    ...under("ema.", partial),
    ...under("student.", marked(1)),
    ...under("teacher.", marked(2)),
  ]);
  const { mark, choice } = await open(tensors);
  assertEquals([mark, choice], [1, 'weights under "student"; for those under "teacher" give x.pth:teacher']);
  await assertRejects(
    () => open(tensors, { key: "techer" }),
    DataError,
    'Cannot load x.pth: it has no weights under "techer"; they are under "student", "teacher"',
  );
});

Deno.test("checkpointWeights() looks through dicts of torch.save, and puts other tensors aside", async () => {
  const values = Object.fromEntries([...original].map(([name, { shape }], i) => {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    const length = shape.reduce((a, b) => a * b, 1);
    return [`_orig_mod.backbone.${name}`, tensor(String(i), length, { size: [...shape], strides })];
  }));
  const storages = Object.fromEntries(
    [...original].map(([, { data }], i) => [String(i), Array.from(data, Number)]),
  );
  const object = dict({
    optimizer: dict({ momentum: tensor("9", 1) }),
    payload: dict({ net: dict(values) }),
  });
  const source = byteSource("x.pth", zipFile(object, storages));
  const { weights, aside, choice, network } = await checkpointWeights(source, { networks: everyModel });
  assertEquals([network.name, aside, choice], ["resnet18", ["optimizer.momentum"], undefined]);
  assertEquals(new Set(weights.keys()), new Set(original.keys()));
  const { data } = await weights.get("layer3.0.conv2.weight")!.load();
  assertEquals(data, original.get("layer3.0.conv2.weight")!.data);
});

Deno.test("checkpointWeights() refuses values that are not finite, by the tensor's name", async () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const tensors = new Map(original),
      data = (original.get("layer2.1.conv1.weight")!.data as Float32Array).slice();
    data[5] = data[77] = bad;
    tensors.set("layer2.1.conv1.weight", float32([128, 128, 3, 3], data));
    const { weights } = await open(tensors);
    await weights.get("layer2.1.conv2.weight")!.load();
    await assertRejects(
      () => weights.get("layer2.1.conv1.weight")!.load(),
      DataError,
      'Cannot load x.pth: 2 of the 147456 values of "layer2.1.conv1.weight" are NaN or infinite',
    );
  }
  const half: StoredTensor = { dtype: "F16", shape: [64], data: new Uint16Array(64).fill(0x7c00) };
  const source = byteSource("x", writeSafetensors(new Map(original).set("bn1.weight", half)));
  const { weights } = await checkpointWeights(source, { networks: everyModel });
  await assertRejects(
    () => weights.get("bn1.weight")!.load(),
    DataError,
    '64 of the 64 values of "bn1.weight"',
  );
});

Deno.test("checkpointWeights() lists five names of a file without a model, and counts the others", async () => {
  const tensors = new Map(
    Array.from({ length: 500 }, (_, i) => [`layers.${i}.w`, float32([1], [0])] as const),
  );
  const source = byteSource("vit.safetensors", writeSafetensors(tensors));
  await assertRejects(
    () => checkpointWeights(source, { networks: everyModel }),
    DataError,
    "Cannot load vit.safetensors: none of its 500 tensors has a name of resnet18, resnet34, resnet50, " +
      "resnet101, resnet152 and 10 more; its names are layers.0.w, layers.1.w, layers.10.w, layers.100.w, layers.101.w and 495 more",
  );
});
