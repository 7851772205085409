/** A network's layers as ONNX: each kind writes its own nodes. */
import type { Network } from "../formats/onnx/network.ts";
import { INPUT } from "./layers/layer.ts";
import { kindOf } from "./layers/mod.ts";
import type { Architecture } from "./model.ts";
import { readersOf } from "./plan.ts";

/** Converts a network to the form that `networkModel()` takes. */
export function onnxNetwork({ name, classes, stages }: Architecture): Network {
  const layers = stages.flat(), readers = readersOf(layers);
  return {
    name,
    classes,
    input: INPUT,
    last: layers.at(-1)!.name,
    write(graph) {
      for (const layer of layers) kindOf(layer).onnx(layer, graph, readers.get(layer.name) ?? []);
    },
  };
}
