import { assertAlmostEquals, assertEquals } from "@std/assert";
import { forwardFlops, layerCosts } from "../../src/nn/layer_costs.ts";
import { architecture, type ModelName } from "../../src/nn/models/mod.ts";

/** Multiply-adds at 224 pixels and 1,000 classes in units of 1e9, as torchvision 0.20 lists them (`_ops`). */
const TORCHVISION = { resnet18: 1.814, resnet34: 3.664, resnet50: 4.089 };

function layersOf(name: string, classes: number) {
  return architecture({ name: name as ModelName }, classes).stages.flat();
}

for (const [name, operations] of Object.entries(TORCHVISION)) {
  Deno.test(`forwardFlops() of ${name} is twice torchvision's multiply-adds`, () => {
    assertAlmostEquals(forwardFlops({ layers: layersOf(name, 1000) }, 224) / 2e9, operations, 6e-4);
  });
}

Deno.test("layerCosts() lists each layer's output, parameters and operations, also where sizes are odd", () => {
  const rows = layerCosts(layersOf("resnet18", 10), 97);
  const shown = new Map(
    rows.map(({ layer, output, parameters, flops }) => [layer.name, [...output, parameters, flops]]),
  );
  const conv = (side: number, from: number, to: number, kernel: number) => {
    const weights = from * to * kernel * kernel;
    return [side, side, weights, 2 * side * side * weights];
  };
  assertEquals(shown.get("conv1"), conv(49, 3, 64, 7));
  assertEquals(shown.get("bn1"), [49, 49, 128, 0]);
  assertEquals(shown.get("maxpool"), [25, 25, 0, 0]);
  assertEquals(shown.get("layer2.0.conv1"), conv(13, 64, 128, 3));
  assertEquals(shown.get("layer2.0.downsample.0"), conv(13, 64, 128, 1));
  assertEquals(shown.get("layer4.1.relu_1"), [4, 4, 0, 0]);
  assertEquals(shown.get("fc"), [1, 1, 5130, 10240]);
  const total = rows.reduce((sum, { parameters }) => sum + parameters, 0);
  assertEquals(total, 11_689_512 - 990 * 513);
});

Deno.test("a ResNet with the small stem sees its first stage at the image's size, and is torchvision's but for it", () => {
  const { stages, replaced, options } = architecture({ name: "resnet18", options: { stem: "small" } }, 10);
  const rows = new Map(layerCosts(stages.flat(), 32).map((row) => [row.layer.name, row]));
  assertEquals(rows.get("layer1.0.conv1")!.input, [32, 32]);
  assertEquals(rows.get("layer4.1.conv2")!.output, [4, 4]);
  assertEquals(rows.get("conv1")!.parameters, 64 * 3 * 3 * 3);
  assertEquals([replaced, options], [["conv1", "bn1"], { stem: "small" }]);
  const plain = architecture({ name: "resnet18", options: { stem: "imagenet" } }, 10);
  assertEquals([plain.replaced, plain.options], [[], {}]);
});
