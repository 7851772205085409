import type { Activation } from "../../ops/activate.ts";
import { squeezeExcite } from "../../ops/squeeze_excite.ts";
import { constant, kaimingNormal } from "../init.ts";
import { writeActivation } from "./activations.ts";
import type { LayerBase, LayerKind } from "./layer.ts";

/**
 * A factor for each channel of an image, from the means of all of them (torchvision.ops.SqueezeExcitation):
 * [N, H, W, channels] to the same.
 */
export interface SqueezeExciteLayer extends LayerBase {
  readonly kind: "squeeze_excite";
  readonly channels: number;
  /** Channels between the two products. */
  readonly squeeze: number;
  /** What follows the first product, and the second. */
  readonly activation: Extract<Activation, "relu" | "silu">;
  readonly gate: Extract<Activation, "sigmoid" | "hardsigmoid">;
}

export const squeeze_excite: LayerKind<SqueezeExciteLayer> = {
  declare({ name, channels, squeeze }, declare) {
    declare.parameter(`${name}.fc1.weight`, "filter", [squeeze, channels, 1, 1], kaimingNormal(squeeze));
    declare.parameter(`${name}.fc1.bias`, "vector", [squeeze], constant(0));
    declare.parameter(`${name}.fc2.weight`, "filter", [channels, squeeze, 1, 1], kaimingNormal(channels));
    declare.parameter(`${name}.fc2.bias`, "vector", [channels], constant(0));
  },
  forward: ({ layer: { name, activation, gate } }, [x], pass) =>
    squeezeExcite(x, {
      squeeze: pass.tensor(`${name}.fc1.weight`),
      squeezeBias: pass.tensor(`${name}.fc1.bias`),
      excite: pass.tensor(`${name}.fc2.weight`),
      exciteBias: pass.tensor(`${name}.fc2.bias`),
    }, { activation, gate }),
  flops: ({ channels, squeeze }) => 4 * channels * squeeze,
  onnx({ name, inputs, activation, gate }, graph) {
    const product = (part: string, input: string) => {
      const weights = [graph.matrix(`${name}.${part}.weight`), graph.vector(`${name}.${part}.bias`)];
      graph.node("Conv", { name: `${name}.${part}`, inputs: [input] }, weights);
    };
    graph.node("GlobalAveragePool", { name: `${name}.avgpool`, inputs });
    product("fc1", `${name}.avgpool`);
    writeActivation(graph, activation, `${name}.activation`, `${name}.fc1`);
    product("fc2", `${name}.activation`);
    writeActivation(graph, gate, `${name}.scale_activation`, `${name}.fc2`);
    graph.node("Mul", { name, inputs: [`${name}.scale_activation`, ...inputs] });
  },
};
