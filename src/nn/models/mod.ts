/**
 * The architectures that a configuration can name. To add one, add a file to this folder and a line to this literal.
 */
import { makeByName } from "../../base/plugin.ts";
import type { Device } from "../../core/device.ts";
import { replacedLayers } from "../declare_layers.ts";
import { type Architecture, buildModel, type Model, type ModelOptions } from "../model.ts";
import { convnext_small, convnext_tiny } from "./convnext.ts";
import { efficientnet_b0, efficientnet_v2_s } from "./efficientnet.ts";
import { mobilenet_v3_large, mobilenet_v3_small } from "./mobilenet_v3.ts";
import {
  resnet101,
  resnet152,
  resnet18,
  resnet34,
  resnet50,
  resnext101_32x8d,
  resnext50_32x4d,
  wide_resnet101_2,
  wide_resnet50_2,
} from "./resnet.ts";

/** All architectures by name. */
export const models = {
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  wide_resnet50_2,
  wide_resnet101_2,
  resnext50_32x4d,
  resnext101_32x8d,
  mobilenet_v3_small,
  mobilenet_v3_large,
  efficientnet_b0,
  efficientnet_v2_s,
  convnext_tiny,
  convnext_small,
} as const;

/** The models by name. */
export type ModelName = keyof typeof models;
/** The names of all models. */
export const modelNames: readonly ModelName[] = Object.keys(models) as ModelName[];

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
