/** The parameters and statistics of a network's layers, and which layer is the head, known without a device. */
import { elements, sameShape } from "../base/shape.ts";
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

/**
 * The layers of which `plain`, the same network with other options, has parameters of other shapes, and the norms that
 * read them: torchvision's weights, which are for the plain one, have none for these.
 */
export function replacedLayers(plain: readonly Layer[], layers: readonly Layer[]): string[] {
  const shapes = new Map(
    declareLayers(plain).parameters.map(({ name, declaration }) => [name, declaration.torchShape]),
  );
  const others = layers.filter((layer) =>
    declareLayers([layer]).parameters.some(({ name, declaration: { torchShape } }) => {
      const there = shapes.get(name);
      return there !== undefined && !sameShape(there, torchShape);
    })
  ).map(({ name }) => name);
  const norms = layers.filter(({ kind, inputs }) => kind === "batch_norm" && others.includes(inputs[0]));
  return [...others, ...norms.map(({ name }) => name)];
}
