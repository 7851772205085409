/** Ring 3: wgrad against what PyTorch, torchvision, Pillow and scikit-learn computed, kind by kind. */
import { assertEquals } from "@std/assert";
import { optimizers } from "../../src/optim/optimizers/mod.ts";
import { parity } from "../../src/tasks/parity.ts";
import { exists } from "../reference/folder.ts";
import { parityTest } from "../rings.ts";
import { inProject, testHost } from "./host.ts";

const optimizerNames = Object.keys(optimizers);

/** The kinds of cases, and how their names begin. */
export const KINDS: Readonly<Record<string, string>> = {
  schedules: "^schedule_",
  transforms: "^transform_",
  ops: `^(?!schedule_|transform_|(?:${optimizerNames.join("|")})_|ema$|metrics_|weights_|trajectory_)`,
  ...Object.fromEntries(optimizerNames.map((name) => [name, `^${name}_`])),
  ema: "^ema$",
  metrics: "^metrics_",
  weights: "^weights_",
  "the steps of ResNet-18": "^trajectory_resnet18$",
  "the steps of ResNet-34": "^trajectory_resnet34$",
  "the steps of ResNet-50": "^trajectory_resnet50$",
  "SAM's steps": "^trajectory_resnet18_sam_",
};

/** The kinds whose cases train a whole network. */
export const STEPS: readonly string[] = Object.keys(KINDS).filter((kind) => kind.startsWith("the steps of"));

/** Those of larger networks than ResNet-18. */
export const LARGER: readonly string[] = STEPS.filter((kind) => kind !== "the steps of ResNet-18");

/** Files that not every folder has, by the kind of case that they are of. */
const OWN_FILES: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(optimizerNames.map((name) => [name, `${name}.json`])),
  "SAM's steps": "trajectory_resnet18_sam_sgd.json",
};

/** Registers a test of each of these kinds of a folder's cases; they are ignored where there is no such folder. */
export function parityTests(folder: string, kinds: readonly string[] = Object.keys(KINDS)): void {
  const path = inProject(folder);
  for (const kind of kinds) {
    const only = KINDS[kind];
    const file = OWN_FILES[kind];
    if (exists(path) && file !== undefined && !exists(`${path}/${file}`)) continue;
    const name = `parity holds for ${kind}, by ${folder}`;
    if (exists(path)) {
      parityTest(name, async () => {
        const host = testHost();
        const code = await parity(host, [path, "--only", only]);
        assertEquals(code, 0, host.lines.join("\n"));
      });
    } else Deno.test({ name: `${name} (ignored: there is no such folder)`, ignore: true, fn: () => {} });
  }
}
