/** What is written, as onnx-proto's own decoder, our reader and the PyPI package `onnx` see it. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import onnxProto from "onnx-proto";
import { encodeOnnx, OPSETS } from "../../../src/formats/onnx/model.ts";
import { networkModel, type NetworkOptions } from "../../../src/formats/onnx/network.ts";
import { readOnnxInfo, readOnnxInitializers } from "../../../src/formats/onnx/read.ts";
import { float32, toFloat32 } from "../../../src/formats/tensor_data.ts";
import { architecture } from "../../../src/nn/models/mod.ts";
import { onnxNetwork } from "../../../src/nn/onnx.ts";
import { pythonTest, runPython } from "../../python.ts";
import { asFile, randomResnet18 } from "./weights.ts";

const CLASSES = 5;
const weights = randomResnet18(CLASSES);
const network = onnxNetwork(architecture({ name: "resnet18" }, CLASSES));
const normalization = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.3] };
const base: NetworkOptions = {
  opset: 17,
  imageSize: 40,
  batchNorm: "folded",
  weights: "f32",
  preparation: { input: "normalized" },
  softmax: false,
  metadata: new Map([["labels", '<script>alert("字")</script>']]),
};

function file(options: Partial<NetworkOptions> = {}): Promise<Uint8Array> {
  return joinParts(encodeOnnx(networkModel(network, asFile(weights), { ...base, ...options })));
}

Deno.test("networkModel() keeps batch norm as it is, so that the weights read back, bit for bit", async () => {
  const read = readOnnxInitializers(await file({ batchNorm: "kept" }));
  const expected = [...weights].filter(([name]) => !name.endsWith("num_batches_tracked"));
  assertEquals(new Set(read.keys()), new Set(expected.map(([name]) => name)));
  for (const [name, tensor] of expected) assertEquals(read.get(name), tensor, name);
});

Deno.test("networkModel() folds batch norm into filter and bias", async () => {
  const read = readOnnxInitializers(await file());
  assertEquals([...read.keys()].filter((name) => /bn|downsample\.1|running/.test(name)), []);
  const name = "layer2.0.downsample.0", norm = "layer2.0.downsample.1";
  const of = (key: string) => toFloat32(weights.get(key)!);
  const filters = toFloat32(read.get(`${name}.weight`)!), biases = toFloat32(read.get(`${name}.bias`)!);
  for (const k of [0, 17, 127]) {
    const factor = of(`${norm}.weight`)[k] / Math.sqrt(of(`${norm}.running_var`)[k] + 1e-5);
    assertAlmostEquals(biases[k], of(`${norm}.bias`)[k] - of(`${norm}.running_mean`)[k] * factor, 1e-6);
    for (const c of [0, 63]) {
      assertAlmostEquals(filters[k * 64 + c], of(`${name}.weight`)[k * 64 + c] * factor, 1e-6);
    }
  }
});

Deno.test("encodeOnnx() writes each opset in the file format of its time", async () => {
  const versions: number[][] = [];
  for (const opset of [13, 14, 15, 18, 19, 20, 21]) {
    const { irVersion, opsetImport } = onnxProto.onnx.ModelProto.decode(await file({ opset }));
    versions.push([Number(opsetImport![0].version), Number(irVersion)]);
  }
  // As onnx.helper.OP_SET_ID_VERSION_MAP of the PyPI package has it.
  assertEquals(versions, [[13, 7], [14, 7], [15, 8], [18, 8], [19, 9], [20, 9], [21, 10]]);
});

Deno.test("networkModel() ends with a Softmax of the logits where probabilities are wanted", async () => {
  const bytes = await file({ softmax: true });
  assertEquals([readOnnxInfo(await file()), readOnnxInfo(bytes)].map((info) => info.lastOperation), [
    "Gemm",
    "Softmax",
  ]);
  const { op, inputs, outputs } = networkModel(network, asFile(weights), { ...base, softmax: true }).nodes.at(
    -1,
  )!;
  assertEquals([op, inputs, outputs], ["Softmax", ["logits"], ["probabilities"]]);
  assertEquals(readOnnxInfo(bytes).outputs, [{
    name: "probabilities",
    elementType: 1,
    shape: [null, CLASSES],
  }]);
});

Deno.test("encodeOnnx() writes what onnx-proto decodes: opset 17, torchvision's names, a free batch axis", async () => {
  const bytes = await file();
  const { irVersion, opsetImport, graph } = onnxProto.onnx.ModelProto.decode(bytes);
  assertEquals([Number(irVersion), opsetImport!.map(({ version }) => Number(version))], [8, [17]]);
  const names = graph!.node!.map(({ name }) => name);
  assertEquals(names.slice(0, 5), ["conv1", "relu", "maxpool", "layer1.0.conv1", "layer1.0.relu"]);
  assertEquals(names.slice(-4), ["layer4.1.relu_1", "avgpool", "flatten", "fc"]);
  assertEquals(new Set(names).size, names.length);
  assertEquals(graph!.initializer!.find(({ name }) => name === "conv1.weight")!.dims!.map(Number), [
    64,
    3,
    7,
    7,
  ]);
  const { inputs, outputs, metadata } = readOnnxInfo(bytes);
  assertEquals(inputs, [{ name: "input", elementType: 1, shape: [null, 3, 40, 40] }]);
  assertEquals(outputs, [{ name: "logits", elementType: 1, shape: [null, CLASSES] }]);
  assertEquals(metadata, base.metadata);
});

Deno.test("encodeOnnx() knows a file's size before it is made", async () => {
  for (const options of [base, { ...base, weights: "f16" }] as const) {
    const parts = encodeOnnx(networkModel(network, asFile(weights), options));
    let size = 0;
    for await (const { length } of parts) size += length;
    assertEquals(size, parts.size);
  }
});

Deno.test("networkModel() writes f16 weights in half the bytes, and refuses what f16 cannot hold", async () => {
  const bytes = await file({ weights: "f16" });
  assert(bytes.length < 0.51 * (await file()).length);
  assertEquals(readOnnxInitializers(bytes).get("fc.weight")!.dtype, "F16");
  const huge = new Map(weights).set(
    "fc.weight",
    float32([CLASSES, 512], new Float32Array(CLASSES * 512).fill(1e5)),
  );
  const model = networkModel(network, asFile(huge), { ...base, weights: "f16" });
  await assertRejects(
    () => joinParts(encodeOnnx(model)),
    RangeError,
    '"fc.weight" in f16: the largest value must be 65504, current value is 100000',
  );
});

Deno.test("networkModel() names the weight that is missing", () => {
  const without = new Map(weights);
  without.delete("layer3.1.bn2.running_var");
  const write = () => networkModel(network, asFile(without), base);
  assertThrows(write, RangeError, 'the weight "layer3.1.bn2.running_var" is missing');
});

const opsets = Array.from({ length: OPSETS.last - OPSETS.first + 1 }, (_, i) => OPSETS.first + i);

const script = `
import sys, onnx
from onnx import shape_inference
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    inferred = shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    shapes = {v.name: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim] for v in inferred.graph.value_info}
    print(shapes["layer4.1.conv2"], shapes["flatten"], model.metadata_props[0].value)
`;
import { joinParts } from "./parts.ts";

pythonTest(
  "the PyPI package onnx accepts every kind of file at each opset, and infers its shapes",
  ["onnx"],
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const pixels = { input: "pixels", normalization, resize: 46, interpolation: "bilinear" } as const;
      const kinds: Partial<NetworkOptions>[] = [
        {},
        { batchNorm: "kept", preparation: { input: "unit", normalization } },
        ...opsets.flatMap((opset): Partial<NetworkOptions>[] => [
          {
            opset,
            weights: "f16",
            batchNorm: "kept",
            preparation: { ...pixels, form: "portable" },
            softmax: true,
          },
          { opset, weights: "f16", preparation: { ...pixels, form: "exact" } },
        ]),
      ];
      const paths = kinds.map((_, i) => `${folder}/${i}.onnx`);
      for (const [i, options] of kinds.entries()) await Deno.writeFile(paths[i], await file(options));
      const line = `['batch_size', 512, 2, 2] ['batch_size', 512] <script>alert("字")</script>`;
      assertEquals((await runPython(script, paths)).trim().split("\n"), kinds.map(() => line));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
