/**
 * The architectures that a configuration can name. To add one, add a file to this folder and a line to this literal.
 */
import { makeByName } from "../../base/plugin.ts";
import type { Device } from "../../core/device.ts";
import { replacedLayers } from "../declare_layers.ts";
import { type Architecture, buildModel, type Model, type ModelOptions } from "../model.ts";
import { convNext } from "./convnext.ts";
import { b0, efficientNet, v2s } from "./efficientnet.ts";
import { large, mobileNetV3, small } from "./mobilenet_v3.ts";
import { pretrained } from "./plugin.ts";
import { basic, bottleneck, resnet } from "./resnet.ts";

/** All architectures by name. */
export const models = {
  resnet18: resnet({
    block: basic,
    depths: [2, 2, 2, 2],
    weights: pretrained("resnet18-f37072fd.pth", "IMAGENET1K_V1"),
  }),
  resnet34: resnet({
    block: basic,
    depths: [3, 4, 6, 3],
    weights: pretrained("resnet34-b627a593.pth", "IMAGENET1K_V1"),
  }),
  resnet50: resnet({
    block: bottleneck(),
    depths: [3, 4, 6, 3],
    weights: pretrained("resnet50-11ad3fa6.pth", "IMAGENET1K_V2"),
  }),
  resnet101: resnet({
    block: bottleneck(),
    depths: [3, 4, 23, 3],
    weights: pretrained("resnet101-cd907fc2.pth", "IMAGENET1K_V2"),
  }),
  resnet152: resnet({
    block: bottleneck(),
    depths: [3, 8, 36, 3],
    weights: pretrained("resnet152-f82ba261.pth", "IMAGENET1K_V2"),
  }),
  wide_resnet50_2: resnet({
    block: bottleneck({ perGroup: 128 }),
    depths: [3, 4, 6, 3],
    weights: pretrained("wide_resnet50_2-9ba9bcbe.pth", "IMAGENET1K_V2"),
  }),
  wide_resnet101_2: resnet({
    block: bottleneck({ perGroup: 128 }),
    depths: [3, 4, 23, 3],
    weights: pretrained("wide_resnet101_2-d733dc28.pth", "IMAGENET1K_V2"),
  }),
  resnext50_32x4d: resnet({
    block: bottleneck({ groups: 32, perGroup: 4 }),
    depths: [3, 4, 6, 3],
    weights: pretrained("resnext50_32x4d-1a0047aa.pth", "IMAGENET1K_V2"),
  }),
  resnext101_32x8d: resnet({
    block: bottleneck({ groups: 32, perGroup: 8 }),
    depths: [3, 4, 23, 3],
    weights: pretrained("resnext101_32x8d-110c445d.pth", "IMAGENET1K_V2"),
  }),
  mobilenet_v3_small: mobileNetV3({
    ...small,
    weights: pretrained("mobilenet_v3_small-047dcff4.pth", "IMAGENET1K_V1"),
  }),
  mobilenet_v3_large: mobileNetV3({
    ...large,
    weights: pretrained("mobilenet_v3_large-5c1a4163.pth", "IMAGENET1K_V2"),
  }),
  efficientnet_b0: efficientNet({
    ...b0,
    weights: {
      ...pretrained("efficientnet_b0_rwightman-7f5810bc.pth", "IMAGENET1K_V1"),
      interpolation: "bicubic",
    },
  }),
  efficientnet_v2_s: efficientNet({
    ...v2s,
    weights: {
      ...pretrained("efficientnet_v2_s-dd5fe13b.pth", "IMAGENET1K_V1"),
      ...{ resize: 384, crop: 384 },
    },
  }),
  convnext_tiny: convNext({
    depths: [3, 3, 9, 3],
    drop: .1,
    weights: { ...pretrained("convnext_tiny-983f1562.pth", "IMAGENET1K_V1"), resize: 236 },
  }),
  convnext_small: convNext({
    depths: [3, 3, 27, 3],
    drop: .4,
    weights: { ...pretrained("convnext_small-0c510722.pth", "IMAGENET1K_V1"), resize: 230 },
  }),
} as const;

/** The models by name. */
export type ModelName = keyof typeof models;
/** The names of all models. */
export const modelNames = Object.keys(models) as ModelName[];

/** A model's name, and the options of its architecture. */
export interface ChosenModel {
  readonly name: ModelName;
  readonly options?: Readonly<Record<string, unknown>>;
}

/**
 * The network of a model for a number of classes.
 * @throws RangeError if an option is unknown or out of range
 */
export function architecture({ name, options: given = {} }: ChosenModel, classes: number): Architecture {
  const make = (options: ChosenModel["options"]) => makeByName("model", models, name, options, { classes });
  const stages = make(given), defaults = models[name].options.parse({}) as Readonly<Record<string, unknown>>;
  const options = Object.fromEntries(Object.entries(given).filter(([key, value]) => value !== defaults[key]));
  const replaced = Object.keys(options).length === 0 ? [] : replacedLayers(make({}).flat(), stages.flat());
  return { name, options, classes, stages, replaced };
}

/**
 * Builds a model by name, with initial values drawn from `seed`.
 * @throws ConfigError if `freeze` names something that does not exist, or leaves nothing to train
 * @example const model = createModel(device, "resnet18", { classes: 42, seed: 42 });
 */
export function createModel(
  device: Device,
  chosen: ModelName | ChosenModel,
  { classes, ...options }: ModelOptions & { readonly classes: number },
): Model {
  const network = architecture(typeof chosen === "string" ? { name: chosen } : chosen, classes);
  return buildModel(device, network, options);
}
