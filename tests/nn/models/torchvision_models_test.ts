/** Every network against what torchvision says of its own: tensors, operations, and the weights that DEFAULT means. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { sha256 } from "../../../src/base/sha256.ts";
import { IMAGENET } from "../../../src/data/types.ts";
import { declareLayers, parameterCount } from "../../../src/nn/declare_layers.ts";
import { forwardFlops } from "../../../src/nn/layer_costs.ts";
import { architecture, modelNames, models } from "../../../src/nn/models/mod.ts";
import { shapesOf } from "./state_dicts.ts";

/** What tests/fixtures/maker/networks.py writes of a network. */
interface Network {
  readonly parameters: number;
  readonly tensors: number;
  readonly state_sha256: string;
  readonly multiply_adds: number;
  readonly weights: object;
  readonly mean: number[];
  readonly std: number[];
}

const file = new URL("../../fixtures/parity/networks.json", import.meta.url);
const networks: Record<string, Network> = JSON.parse(Deno.readTextFileSync(file));

for (const name of modelNames) {
  Deno.test(`${name} has torchvision's tensors, operations and weights`, async () => {
    const theirs = networks[name], layers = architecture({ name }, 1000).stages.flat();
    assertEquals(parameterCount(declareLayers(layers).parameters), theirs.parameters);
    const lines = [...shapesOf(name, 1000)].map(([key, { shape }]) => `${key} [${shape.join(", ")}]`);
    assertEquals(lines.length, theirs.tensors);
    assertEquals(
      (await sha256(new TextEncoder().encode(lines.sort().join("\n")))).toHex(),
      theirs.state_sha256,
    );
    const weights = models[name].weights!;
    assertEquals<object>(weights, theirs.weights);
    assertEquals([theirs.mean, theirs.std], [IMAGENET.mean, IMAGENET.std]);
    const multiplyAdds = forwardFlops({ layers }, weights.crop) / 2e9;
    assertAlmostEquals(multiplyAdds, theirs.multiply_adds, 6e-4);
  });
}
