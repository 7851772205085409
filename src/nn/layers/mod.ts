/** The kinds of layers that a network can have. To add one, add a file to this folder and a line to this literal. */
import { gelu, hardswish, silu } from "./activations.ts";
import { add } from "./add.ts";
import { batch_norm } from "./batch_norm.ts";
import { conv } from "./conv.ts";
import { dropout, stochastic_depth } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import { global_avg_pool } from "./global_avg_pool.ts";
import type { LayerKind } from "./layer.ts";
import { layer_norm } from "./layer_norm.ts";
import { layer_scale } from "./layer_scale.ts";
import { linear } from "./linear.ts";
import { max_pool } from "./max_pool.ts";
import { permute } from "./permute.ts";
import { relu } from "./relu.ts";
import { squeeze_excite } from "./squeeze_excite.ts";

/** All kinds by name. */
export const layerKinds = {
  add,
  batch_norm,
  conv,
  dropout,
  flatten,
  gelu,
  global_avg_pool,
  hardswish,
  layer_norm,
  layer_scale,
  linear,
  max_pool,
  permute,
  relu,
  silu,
  squeeze_excite,
  stochastic_depth,
} as const;

type Kinds = typeof layerKinds;

/** A layer of any kind. */
export type Layer = {
  [Kind in keyof Kinds]: Kinds[Kind] extends LayerKind<infer L> ? L : never;
}[keyof Kinds];

/** The layer's kind. */
export function kindOf({ kind }: Layer): LayerKind<Layer> {
  return layerKinds[kind] as LayerKind<Layer>;
}

/** A layer that reads the previous one. */
export type Chained = { [Kind in keyof Kinds]: Omit<Extract<Layer, { kind: Kind }>, "inputs"> }[keyof Kinds];

/** A chain of layers: the first reads `input`, each other one the previous layer. */
export function chain(input: string, layers: readonly Chained[]): Layer[] {
  return layers.map((layer, i) => ({ ...layer, inputs: [i === 0 ? input : layers[i - 1].name] }) as Layer);
}
