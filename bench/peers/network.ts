/** A model's network in whatever engine: its list of layers is walked once, each engine brings its ops. */
import { INPUT } from "../../src/nn/layers/layer.ts";
import type { Layer } from "../../src/nn/layers/mod.ts";

/** The ops of an engine. */
export interface NetOps<T> {
  /** By kind of layer; parameters go by torchvision's names, batch norm by the batch's own statistics. */
  readonly layers: {
    readonly [Kind in Layer["kind"]]?: (layer: Extract<Layer, { kind: Kind }>, ...inputs: T[]) => T;
  };
  /** x for one use more than the last: engines that count references count it here. */
  again(x: T): T;
}

/** Images to logits. @throws RangeError for a kind of layer that the engine has no op for */
export function network<T>(layers: readonly Layer[], ops: NetOps<T>, images: T): T {
  const values = new Map([[INPUT, images]]), uses = new Map<string, number>();
  for (const input of layers.flatMap(({ inputs }) => inputs)) uses.set(input, (uses.get(input) ?? 0) + 1);
  const take = (name: string): T => {
    const left = uses.get(name)! - 1;
    uses.set(name, left);
    return left > 0 ? ops.again(values.get(name)!) : values.get(name)!;
  };
  for (const layer of layers) {
    const op = ops.layers[layer.kind] as ((layer: Layer, ...inputs: T[]) => T) | undefined;
    if (op === undefined) throw new RangeError(`Cannot time the network: no op here for ${layer.kind}`);
    values.set(layer.name, op(layer, ...layer.inputs.map(take)));
  }
  return values.get(layers.at(-1)!.name)!;
}
