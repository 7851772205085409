/** The parameters and statistics of a network's layers, and which layer is the head, known without a device. */
import { elements } from "../base/shape.ts";
import { Declarations } from "./declarations.ts";
import { kindOf, type Layer } from "./layers/mod.ts";
import type { Parameter } from "./parameters.ts";

/** The layer that is replaced for other classes: the last one with parameters. */
export interface Head {
  readonly name: string;
  /** Its parameters by their full names; each has an entry, or a row, for each class. */
  readonly parameters: readonly string[];
  /** The layers that it reads. */
  readonly inputs: readonly string[];
}

/** The declarations of a network's layers, in order. */
export interface DeclaredLayers {
  readonly parameters: readonly Parameter[];
  readonly buffers: readonly Parameter[];
  /** The layer of each parameter, by the parameter's name. */
  readonly owners: ReadonlyMap<string, Layer>;
}

/** Lets all layers declare their parameters and statistics; `freeze` as in {@link Declarations}. */
export function declareLayers(layers: readonly Layer[], freeze: readonly string[] = []): DeclaredLayers {
  const declare = new Declarations(freeze), owners = new Map<string, Layer>();
  for (const layer of layers) {
    const before = declare.parameters.length;
    kindOf(layer).declare?.(layer, declare);
    for (const { name } of declare.parameters.slice(before)) owners.set(name, layer);
  }
  return { parameters: declare.parameters, buffers: declare.buffers, owners };
}

/** @throws RangeError if no layer has parameters */
export function headOf({ owners }: DeclaredLayers): Head {
  const layer = [...owners.values()].at(-1);
  if (layer === undefined) throw new RangeError("Cannot build a network: none of its layers has parameters");
  const parameters = [...owners].filter(([, owner]) => owner === layer).map(([name]) => name);
  return { name: layer.name, parameters, inputs: layer.inputs };
}

/** Number of trained values, without padding. */
export function parameterCount(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, { declaration }) => sum + elements(declaration.torchShape), 0);
}
