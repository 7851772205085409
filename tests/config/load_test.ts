/** What a whole request gives: search path, Hydra's own part, and where each fault comes from. */

import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { type ConfigRequest, type ConfigWorld, load } from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { memoryFiles } from "./files.ts";
import { quietWorld } from "./world.ts";

const main = { provider: "main", files: denoConfigFiles() };
const request = (overrides: string[], more: Partial<ConfigRequest> = {}): ConfigRequest => ({
  sources: [main],
  root: "train",
  overrides,
  task: "train",
  ...more,
});

Deno.test("load() fills in Hydra's part, and a configuration may refer to it", () => {
  const names = "experiment=${hydra:job.name}-${hydra.job.num}-${now:%Y}-${hydra:runtime.choices.model}";
  const { config, hydra, folder } = load(request([names, "hydra.job.num=7", "seed=1"]), quietWorld);
  assertEquals(config.experiment, "train-7-2026-resnet18");
  assertEquals(folder, "outputs/2026-05-31/14-03-59");
  assertEquals(hydra.runtime.output_dir, "/here/outputs/2026-05-31/14-03-59");
  assertEquals(hydra.overrides, { hydra: ["hydra.job.num=7"], task: [names, "seed=1"] });
  assertEquals([hydra.job.id, hydra.job.config_name, hydra.runtime.cwd], ["7", "train", "/here"]);
});

Deno.test("load() takes the run's folder from what the configuration says", () => {
  const overrides = ["hydra.run.dir=runs/${experiment}/${hydra.job.override_dirname}", "seed=3", "gpu=dawn"];
  assertEquals(load(request(overrides), quietWorld).folder, "runs/train/gpu=dawn,seed=3");
});

Deno.test("load() looks into the first folder first, then into hydra.searchpath", () => {
  const world: ConfigWorld = {
    ...quietWorld,
    openConfigFolder: (path) => memoryFiles({ "model/tiny.yaml": "name: resnet50" }, path),
  };
  const mine = memoryFiles({
    "mine.yaml":
      "defaults:\n  - train\n  - override model: tiny\n  - _self_\nhydra: {searchpath: [file://far/away]}\n",
    "model/resnet18.yaml": "name: resnet34",
  }, "mine");
  const sources = [{ provider: "--config-dir", files: mine }, main];
  const { config, hydra } = load(request([], { sources, root: "mine" }), world);
  assertEquals(config.model.name, "resnet50");
  assertEquals(hydra.runtime.config_sources.length, 3);
  assertEquals(load(request([], { sources }), world).config.model.name, "resnet34");
});

const origins: [name: string, files: Record<string, string>, overrides: string[], message: string][] = [
  [
    "a value of a file",
    { "m.yaml": "defaults:\n  - train\n  - _self_\ntrainer:\n  max_epochs: 0\n" },
    [],
    "Cannot use trainer.max_epochs=0 because it must be at least 1 (mine/m.yaml:5)",
  ],
  [
    "a value within a list of a file",
    { "m.yaml": "defaults:\n  - train\n  - _self_\ntransforms:\n  eval:\n    - center_crop\n    - jpeg\n" },
    [],
    "Cannot use transforms.eval.1=jpeg because it must not be random: evaluation sees the same image each time (mine/m.yaml:7)",
  ],
  [
    "an override of a value of a file",
    { "m.yaml": "defaults:\n  - train\n  - _self_\nseed: 5\n" },
    ["seed=x"],
    "Cannot use seed=x because it must be an integer (override seed=x)",
  ],
  [
    "an interpolation",
    { "m.yaml": "defaults:\n  - train\n  - _self_\n\nseed: ${sed}\n" },
    [],
    "Cannot resolve ${sed} because there is no sed (mine/m.yaml:5)",
  ],
  [
    "an option of a defaults list",
    { "m.yaml": "defaults:\n  - train\n  - override model: resnte18\n" },
    [],
    "Cannot use model=resnte18 because group model has no such option: did you mean model=resnet18? " +
    `Options of model: ${main.files.options("model").join(", ")} (mine/m.yaml:3)`,
  ],
  [
    "a function",
    { "m.yaml": "defaults:\n  - train\n" },
    ["seed=nope(1)"],
    "Cannot call nope() because it is not known: Functions: int, float, str, bool, choice, range, interval, glob, sort, " +
    "shuffle, tag (override seed=nope(1))",
  ],
  [
    "broken YAML",
    { "m.yaml": "defaults:\n  - train\na: [1\n" },
    [],
    "Cannot read mine/m.yaml:4: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
];
for (const [name, files, overrides, message] of origins) {
  Deno.test(`load() says where ${name} comes from`, () => {
    const sources = [{ provider: "--config-dir", files: memoryFiles(files, "mine") }, main];
    const error: ConfigError = assertThrows(
      () => load(request(overrides, { sources, root: "m" }), quietWorld),
      ConfigError,
    );
    assertEquals(error.message, message);
  });
}
