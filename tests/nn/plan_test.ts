import { assertEquals, assertThrows } from "@std/assert";
import { INPUT } from "../../src/nn/layers/layer.ts";
import { chain, type Layer } from "../../src/nn/layers/mod.ts";
import { architecture } from "../../src/nn/models/mod.ts";
import { planUnits } from "../../src/nn/plan.ts";

/** Units as text: the layers of each, and what it reads. */
function planned(layers: readonly Layer[], kept: readonly string[] = []): string[] {
  return planUnits(layers, new Set(kept)).map(({ layer, followers, inputs }) =>
    `${[layer, ...followers].map(({ name }) => name).join(" ")} < ${inputs.join(" ")}`
  );
}

const conv = { kind: "conv", from: 4, to: 4, kernel: 1, stride: 1, padding: 0 } as const;
const norm = { kind: "batch_norm", channels: 4 } as const;

Deno.test("a convolution takes along its norm and ReLU, and the sum at a block's end; a shortcut comes first", () => {
  const resnet18 = architecture({ name: "resnet18" }, 10).stages.flat();
  assertEquals(planned(resnet18).slice(0, 9), [
    "conv1 bn1 relu < input",
    "maxpool < relu",
    "layer1.0.conv1 layer1.0.bn1 layer1.0.relu < maxpool",
    "layer1.0.conv2 layer1.0.bn2 layer1.0.add layer1.0.relu_1 < layer1.0.relu maxpool",
    "layer1.1.conv1 layer1.1.bn1 layer1.1.relu < layer1.0.relu_1",
    "layer1.1.conv2 layer1.1.bn2 layer1.1.add layer1.1.relu_1 < layer1.1.relu layer1.0.relu_1",
    "layer2.0.downsample.0 layer2.0.downsample.1 < layer1.1.relu_1",
    "layer2.0.conv1 layer2.0.bn1 layer2.0.relu < layer1.1.relu_1",
    "layer2.0.conv2 layer2.0.bn2 layer2.0.add layer2.0.relu_1 < layer2.0.relu layer2.0.downsample.1",
  ]);
  assertEquals(planned(resnet18).slice(-3), [
    "avgpool < layer4.1.relu_1",
    "flatten < avgpool",
    "fc < flatten",
  ]);
});

Deno.test("a convolution takes along a norm's activation, and the sum of a block that training may skip", () => {
  const path = chain(INPUT, [
    { ...conv, name: "a" },
    { ...norm, name: "a.bn" },
    { kind: "hardswish", name: "act" },
    { ...conv, name: "b", groups: 4 },
    { ...norm, name: "b.bn" },
    { kind: "stochastic_depth", name: "skip", p: .1 },
  ]);
  const sum: Layer = { kind: "add", name: "sum", inputs: ["skip", INPUT] };
  assertEquals(planned([...path, sum]), ["a a.bn act < input", "b b.bn skip sum < act input"]);
});

Deno.test("what another layer reads, or somebody wants to see, ends a unit", () => {
  const path = chain(INPUT, [{ ...conv, name: "conv" }, { ...norm, name: "bn" }, {
    kind: "relu",
    name: "relu",
  }]);
  const sum: Layer = { kind: "add", name: "sum", inputs: ["relu", "bn"] };
  assertEquals(planned(path), ["conv bn relu < input"]);
  assertEquals(planned([...path, sum]), ["conv bn < input", "relu < bn", "sum < relu bn"]);
  assertEquals(planned(path, ["bn"]), ["conv bn < input", "relu < bn"]);
  assertEquals(planned(path, ["conv"]), ["conv < input", "bn relu < conv"]);
  assertEquals(planned(path, ["relu"]), ["conv bn relu < input"]);
});

Deno.test("a sum goes with the first of its inputs that can take it along, a sum of a tensor and itself with none", () => {
  const two = [
    ...chain(INPUT, [{ ...conv, name: "a" }, { ...norm, name: "a.bn" }]),
    ...chain(INPUT, [{ ...conv, name: "b" }, { ...norm, name: "b.bn" }]),
  ];
  const ended = (inputs: string[]): Layer[] => [
    { kind: "add", name: "sum", inputs },
    { kind: "relu", name: "relu", inputs: ["sum"] },
  ];
  assertEquals(planned([...two, ...ended(["b.bn", "a.bn"])]), [
    "b b.bn < input",
    "a a.bn sum relu < input b.bn",
  ]);
  assertEquals(planned([...two.slice(0, 2), ...ended(["a.bn", "a.bn"])]), [
    "a a.bn < input",
    "sum < a.bn a.bn",
    "relu < sum",
  ]);
});

const faults: [layers: Layer[], says: string][] = [
  [[], "it has no layers"],
  [[{ kind: "relu", name: "a", inputs: ["b"] }], "a reads b, which no previous layer outputs"],
  [chain(INPUT, [{ kind: "relu", name: "a" }, { kind: "relu", name: "a" }]), "two layers are named a"],
  [
    [{ kind: "relu", name: "a", inputs: [INPUT] }, { kind: "relu", name: "b", inputs: [INPUT] }],
    "no layer reads a",
  ],
];
for (const [layers, says] of faults) {
  Deno.test(`a list is refused in which ${says}`, () => {
    assertThrows(() => planUnits(layers), RangeError, `Cannot build a network: ${says}`);
  });
}
