/**
 * ResNets as lists of layers under torchvision's names, for those who write a network down instead of running it.
 * What is not a module of torchvision is named as torch.fx names it: add, relu_1, flatten.
 */
import type { NetworkLayer } from "../formats/onnx/network.ts";
import { type ModelName, variants } from "./resnet.ts";

/** A block's convolutions by the side of their filter; the 3x3 one named here has the block's stride. */
const blocks = {
  basic: { filters: [3, 3], strided: 0 },
  bottleneck: { filters: [1, 3, 1], strided: 1 },
} as const;

/** The layers of a ResNet, in order. */
export function resnetLayers(name: ModelName): NetworkLayer[] {
  const { depths, block } = variants[name];
  const layers: NetworkLayer[] = [
    { op: "conv", name: "conv1", norm: "bn1", input: "input", stride: 2, padding: 3 },
    { op: "relu", name: "relu", input: "conv1" },
    { op: "max_pool", name: "maxpool", input: "relu", kernel: 3, stride: 2, padding: 1 },
  ];
  let input = "maxpool";
  for (const [stage, depth] of depths.entries()) {
    for (let i = 0; i < depth; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      // A first block changes the channels, but for the basic one of the first stage.
      const hasShortcut = i === 0 && (stage > 0 || block.expansion > 1);
      const added = blockLayers(`layer${stage + 1}.${i}.`, input, block.expansion > 1, stride, hasShortcut);
      layers.push(...added);
      input = added.at(-1)!.name;
    }
  }
  return [
    ...layers,
    { op: "global_avg_pool", name: "avgpool", input },
    { op: "linear", name: "fc", input: "avgpool" },
  ];
}

/** y = relu(path(x) + shortcut(x)). */
function blockLayers(
  prefix: string,
  input: string,
  isBottleneck: boolean,
  stride: number,
  hasShortcut: boolean,
): NetworkLayer[] {
  const { filters, strided } = isBottleneck ? blocks.bottleneck : blocks.basic;
  const layers: NetworkLayer[] = [];
  let last = input;
  filters.forEach((filter, i) => {
    const name = `${prefix}conv${i + 1}`, padding = (filter - 1) / 2;
    layers.push({
      op: "conv",
      name,
      norm: `${prefix}bn${i + 1}`,
      input: last,
      stride: i === strided ? stride : 1,
      padding,
    });
    last = name;
    if (i === filters.length - 1) return;
    last = `${prefix}relu${i === 0 ? "" : `_${i}`}`;
    layers.push({ op: "relu", name: last, input: name });
  });
  const other = hasShortcut ? `${prefix}downsample.0` : input;
  if (hasShortcut) {
    layers.push({ op: "conv", name: other, norm: `${prefix}downsample.1`, input, stride, padding: 0 });
  }
  return [
    ...layers,
    { op: "add", name: `${prefix}add`, input: last, other },
    { op: "relu", name: `${prefix}relu_${filters.length - 1}`, input: `${prefix}add` },
  ];
}
