/**
 * A model: a network's layers, their parameters on a device, and the forward pass. The layers are the only
 * description of the network; which of them run in one pass is determined when the model is built (see plan.ts).
 */
import { ConfigError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { type Rng, rng } from "../base/rng.ts";
import type { Device } from "../core/device.ts";
import type { Tensor } from "../core/tensor.ts";
import { cast } from "../ops/cast.ts";
import { isWithin } from "./declarations.ts";
import { type DeclaredLayers, declareLayers, type Head, headOf } from "./declare_layers.ts";
import { INPUT, type Mode, type Unit } from "./layers/layer.ts";
import { kindOf, type Layer } from "./layers/mod.ts";
import { ParameterSet, type Precision } from "./parameters.ts";
import { planUnits } from "./plan.ts";

/** Layers that share a learning rate: `layer_lr_decay` lowers it from stage to stage, away from the logits. */
export type Stage = readonly Layer[];

/** A network independent of a device: its stages in order; the last layer outputs the logits [N, classes]. */
export interface Architecture {
  readonly name: string;
  /** The options that were chosen besides its name. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly classes: number;
  readonly stages: readonly Stage[];
  /** Layers for which torchvision's weights have none, because an option has replaced them. */
  readonly replaced?: readonly string[];
}

/** How a model is built. */
export interface ModelOptions {
  /** The seed of the initial values, and of what random layers drop. */
  readonly seed: number;
  /** By default 32-true. */
  readonly precision?: Precision;
  /** Modules or parameters that keep their values; norms among them normalise as in evaluation. */
  readonly freeze?: readonly string[];
}

/** The outputs of a forward pass besides the logits. */
export interface Observed {
  readonly logits: Tensor;
  /** Outputs by the requested names. */
  readonly outputs: ReadonlyMap<string, Tensor>;
}

/** A model on a device. */
export interface Model {
  readonly name: string;
  /** The options of its architecture. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly classes: number;
  readonly layers: readonly Layer[];
  /** Layers for which torchvision's weights have none, because an option has replaced them. */
  readonly replaced: readonly string[];
  readonly parameters: ParameterSet;
  readonly head: Head;
  /** The name of the layer that the head reads; its output is an image's features. */
  readonly features: string;
  /** Number of stages between a parameter and the logits: 0 for the head's. */
  stageOf(parameter: string): number;
  /** Images [N, H, W, 4] f32 (RGB and zero) to logits [N, classes padded to a multiple of 4]. */
  forward(images: Tensor, mode: Mode): Tensor;
  /**
   * A forward pass that also returns the outputs of layers, or of modules (their last layer's), by name: "layer4.1".
   * They are activations in the engine's layout, channels last; a recorded program keeps those that its recording
   * returns, and `gradients()` gives the gradients of the logits with respect to them.
   * @throws RangeError with the nearest name if there is no such layer
   */
  observing(names: readonly string[]): (images: Tensor, mode: Mode) => Observed;
}

/**
 * Builds a model with initial values drawn from a seed.
 * @throws ConfigError if `freeze` names something that does not exist, or leaves nothing to train
 * @throws RangeError if the layers do not form a network
 */
export function buildModel(device: Device, architecture: Architecture, options: ModelOptions): Model {
  const { name, options: chosen = {}, classes, stages, replaced = [] } = architecture;
  const { seed, precision = "32-true", freeze = [] } = options;
  const layers = stages.flat();
  const units = planUnits(layers), last = units.at(-1)!.name;
  const declared = declareLayers(layers, freeze);
  const head = headOf(declared), { owners } = declared;
  requireClasses(name, classes, declared, head);
  requireFreeze(name, freeze, declared, head);
  const drawn = rng(seed, "init");
  const parameters = new ParameterSet(device, declared.parameters, declared.buffers, drawn, precision);
  const run = runner(parameters, owners, rng(seed, "drop"));
  return {
    name,
    options: chosen,
    classes,
    layers,
    replaced,
    parameters,
    head,
    features: head.inputs[0],
    stageOf(parameter) {
      const owner = owners.get(parameter)!;
      return stages.length - 1 - stages.findIndex((stage) => stage.includes(owner));
    },
    forward: (images, mode) => run(units, images, mode).get(last)!,
    observing(names) {
      const sources = new Map(names.map((asked) => [asked, layerNamed(name, layers, asked)]));
      const observed = new Set(sources.values()), observing = planUnits(layers, observed);
      return (images, mode) => {
        const all = run(observing, images, mode, observed);
        const outputs = new Map([...sources].map(([asked, layer]) => [asked, all.get(layer)!]));
        return { logits: all.get(last)!, outputs };
      };
    },
  };
}

/** Runs units on images; returns the output of each by its name. */
function runner(parameters: ParameterSet, owners: DeclaredLayers["owners"], drops: Rng) {
  const all = new Map([...parameters.parameters, ...parameters.buffers].map((one) => [one.name, one]));
  const moving = parameters.parameters.filter(({ declaration }) => !declaration.frozen);
  const learning = new Set(moving.map(({ name }) => owners.get(name)!.name));
  const tensor = (name: string) => all.get(name)!.tensor;
  const isFrozen = (layer: string) => !learning.has(layer);
  const drawing = ({ training, draws }: Mode) => (layer: string, p: number) => {
    if (!training || draws === undefined || p === 0) return undefined;
    const stream = drops.fork(layer);
    return { ...draws, keep: 1 - p, key: [stream.uint32(), stream.uint32()] as const };
  };
  return (
    units: readonly Unit<Layer>[],
    images: Tensor,
    mode: Mode,
    observed: ReadonlySet<string> = new Set(),
  ): Map<string, Tensor> => {
    const outputs = new Map([[INPUT, parameters.halves ? cast(images, "f16") : images]]);
    const pass = { ...mode, tensor, isFrozen, drawing: drawing(mode) };
    for (const unit of units) {
      const inputs = unit.inputs.map((name) => outputs.get(name)!);
      const output = kindOf(unit.layer).forward(unit, inputs, pass);
      if (observed.has(unit.name)) output.needsGrad = true; // also where all that leads to it is frozen
      outputs.set(unit.name, output);
    }
    return outputs;
  };
}

/** The layer of that name, or the last one in the module of that name. @throws RangeError if there is none */
function layerNamed(model: string, layers: readonly Layer[], asked: string): string {
  const names = layers.map(({ name }) => name);
  const found = names.includes(asked) ? asked : names.findLast((name) => isWithin(name, asked));
  if (found !== undefined) return found;
  const modules = names.flatMap((name) =>
    name.split(".").map((_, i, parts) => parts.slice(0, i + 1).join("."))
  );
  const near = nearest(asked, [...new Set(modules)]);
  throw new RangeError(
    `Cannot observe "${asked}": ${model} has no such layer or module${near ? `, did you mean ${near}?` : ""}`,
  );
}

/** @throws RangeError unless the head has an entry for each class */
function requireClasses(model: string, classes: number, { parameters }: DeclaredLayers, head: Head): void {
  for (const { name, declaration: { torchShape: [current] } } of parameters) {
    if (!head.parameters.includes(name) || current === classes) continue;
    throw new RangeError(
      `Cannot build ${model}: its head ${head.name} must have ${classes} classes, ${name} has ${current}`,
    );
  }
}

/** @throws ConfigError if a prefix matches nothing, or everything is frozen */
function requireFreeze(
  model: string,
  freeze: readonly string[],
  { parameters }: DeclaredLayers,
  head: Head,
): void {
  const names = parameters.map(({ name }) => name);
  const unknown = freeze.find((prefix) => !names.some((name) => isWithin(name, prefix)));
  if (unknown !== undefined) {
    const modules = [...new Set(names.map((name) => name.split(".")[0]))];
    const nested = names.map((name) => name.split(".").slice(0, -1).join(".")).findLast((name) =>
      name.includes(".")
    );
    const inside = nested === undefined ? "" : ` and their contents, such as ${nested}`;
    throw new ConfigError(
      `Cannot freeze "${unknown}": ${model} has no such module or parameter; it has ${
        modules.join(", ")
      }${inside}`,
    );
  }
  if (!parameters.every(({ declaration }) => declaration.frozen)) return;
  throw new ConfigError(
    `Cannot train ${model}: all of its parameters are frozen; leave out at least ${head.name}`,
  );
}
