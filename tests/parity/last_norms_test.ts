/** Which norms end the path of a block, as tests/fixtures/maker/trajectories.py tells them by torchvision's modules. */
import { assertEquals } from "@std/assert";
import { architecture, type ModelName } from "../../src/nn/models/mod.ts";
import { lastNorms } from "../../src/parity/trajectory_run.ts";

const last: Readonly<Partial<Record<ModelName, readonly string[]>>> = {
  resnet18: [1, 2, 3, 4].flatMap((stage) => [`layer${stage}.0.bn2`, `layer${stage}.1.bn2`]),
  convnext_tiny: [],
  // Blocks of a fused stage that keep their width end with the norm of their only convolution, before its SiLU.
  efficientnet_v2_s: [
    ...blocks(1, 2, 0, 0),
    ...blocks(2, 4, 1, 1),
    ...blocks(3, 4, 1, 1),
    ...blocks(4, 6, 1, 3),
    ...blocks(5, 9, 1, 3),
    ...blocks(6, 15, 1, 3),
  ],
};

/** The last norms of a stage, from its first block that has a shortcut on. */
function blocks(stage: number, depth: number, first: number, part: number): string[] {
  const all = Array.from({ length: depth }, (_, i) => `features.${stage}.${i}.block.${part}.1`);
  return all.slice(first);
}

for (const [name, expected] of Object.entries(last)) {
  Deno.test(`the norms that end a block of ${name}`, () => {
    assertEquals([...lastNorms(architecture({ name: name as ModelName }, 10).stages.flat())], expected);
  });
}
