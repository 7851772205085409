/**
 * Every network against torchvision at full size, and three training steps of those for which no fixture is kept and of
 * the stem for small images: the logits of evaluation; losses, parameters and, element by element, all gradients of each
 * step in f32; losses and the whole gradient of each step in 16-mixed. `PYTHON=...` names an interpreter with torch,
 * torchvision and what else tests/fixtures/make.py needs; `NETWORKS=a,b` chooses.
 */
import { assertEquals } from "@std/assert";
import { type ModelName, modelNames } from "../../src/nn/models/mod.ts";
import { parity } from "../../src/tasks/parity.ts";
import { FIXTURES, inProject, testHost } from "../parity/host.ts";
import { logitsTest } from "../nn/torchvision_case.ts";
import { pythonTest, runScript } from "../python.ts";
import { exists } from "../reference/folder.ts";

/** torchvision has no such stem: its ResNet-18 is changed by hand. */
const SMALL_STEM = "resnet18_stem_small";
const names = Deno.env.get("NETWORKS")?.split(",") ?? [...modelNames, SMALL_STEM];

for (const name of names) {
  if (name !== SMALL_STEM) logitsTest(name as ModelName);
  if (exists(`${FIXTURES}/trajectory_${name}.json`)) continue;
  pythonTest(
    `three steps of ${name} are torchvision's`,
    ["torchvision", "safetensors", "sklearn"],
    async () => {
      const folder = await Deno.makeTempDir();
      try {
        await runScript(inProject("tests/fixtures/make_networks.py"), [folder, name]);
        const host = testHost();
        const code = await parity(host, [folder]);
        console.log(host.lines.join("\n"));
        assertEquals(code, 0);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}
