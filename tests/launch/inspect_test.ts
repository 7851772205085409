import { assert, assertEquals, assertRejects } from "@std/assert";
import { parse } from "yaml";
import { ConfigError } from "../../src/base/errors.ts";
import { allKeys } from "../../src/config/schema_walk.ts";
import { configSchema } from "../../src/config/mod.ts";
import { launch } from "../../src/launch/launch.ts";
import type { ConfiguredTask } from "../../src/launch/task.ts";
import { memoryHost } from "./memory_host.ts";

const task: ConfiguredTask = {
  name: "train",
  summary: "Fails if it runs",
  check: () => {},
  run: () => Promise.reject(new Error("It ran")),
};

/** What a command line prints. */
async function show(...args: string[]): Promise<string> {
  const { host, lines, files } = memoryHost();
  assertEquals(await launch(host, task, args), 0);
  assertEquals(files.size, 0);
  return lines.join("\n");
}

Deno.test("--cfg job shows what the files say, and --resolve what the run would see", async () => {
  const composed = parse(await show("--cfg", "job", "experiment=x_${seed}"));
  assertEquals([composed.experiment, composed.hydra, composed.seed], ["x_${seed}", undefined, undefined]);
  assertEquals(composed.scheduler, { name: "warmup_cosine", warmup_epochs: 0.5, interval: "step" });
  const resolved = parse(await show("-c", "job", "--resolve", "experiment=x_${seed}", "scheduler=step"));
  assertEquals([resolved.experiment, resolved.seed], ["x_42", 42]);
  assertEquals(resolved.scheduler, {
    name: "step",
    warmup_epochs: 0,
    start_factor: 1e-3,
    step_size: 30,
    gamma: 0.1,
    interval: "step",
  });
});

Deno.test("--cfg hydra shows Hydra's part, --cfg all both, --package a part", async () => {
  assertEquals(Object.keys(parse(await show("--cfg", "hydra"))), ["hydra"]);
  const all = parse(await show("--cfg=all", "--resolve"));
  assertEquals([all.hydra.run.dir, all.seed], ["outputs/2026-05-31/14-03-59", 42]);
  assertEquals(parse(await show("--cfg", "job", "-p", "data.synthetic")).train, 1800);
  assertEquals(parse(await show("--cfg", "job", "-p", "optimizer.betas")), [0.9, 0.999]);
});

Deno.test("--cfg shows what must still be given, and options of plug-ins", async () => {
  const shown = parse(
    await show("--cfg", "job", "--resolve", "data=image_folder", "callbacks=default", "logging=wandb"),
  );
  assertEquals([shown.data.data_root, shown.callbacks.ema.decay], ["???", 0.9999]);
  assertEquals([shown.data.sampler.mode, shown.scheduler.start_factor], ["disabled", 1e-3]);
});

Deno.test("--cfg shows a configuration with faults, and reports them", async () => {
  const { host, lines } = memoryHost();
  await assertRejects(() => launch(host, task, ["--cfg", "job", "seed=x"]), ConfigError, "seed=x");
  assertEquals(parse(lines.join("\n")).seed, "x");
  await assertRejects(
    () => launch(host, task, ["--cfg", "job", "-p", "nope"]),
    ConfigError,
    "Cannot show nope",
  );
});

Deno.test("--info says how a configuration comes about", async () => {
  assertEquals(await show("--info", "searchpath"), "searched  by\nconf      main");
  const defaults = (await show("-i", "defaults", "model=resnet50")).split("\n");
  assert(
    defaults.some((line) => /^conf\/model\/resnet50\.yaml +\(top\) +conf\/train\.yaml$/.test(line)),
    defaults.join("\n"),
  );
  const config = await show("--info", "config");
  assert(config.includes("conf      main") && config.includes("max_epochs: 4"));
});

Deno.test("--help names every flag, group, option, key and transform", async () => {
  const help = await show("--help");
  for (
    const name of ["--print-jobs", "trainer=quick", "train_jersey_ocr_resnet18_local", "random_perspective"]
  ) {
    assert(help.includes(name), `${name} is not in --help`);
  }
  const keys = allKeys(configSchema).filter((key) =>
    !/^transforms\.|^(data|model|loss|optimizer|scheduler|trainer|eval|callbacks|logging|transforms)$|^data\.(sampler|splits?|synthetic)$|^trainer\.lr_range$/
      .test(key)
  );
  const step = help.slice(
    help.indexOf("with scheduler.name=step:"),
    help.indexOf("with scheduler.name=multistep:"),
  );
  assert(/^ {4}scheduler\.step_size=30 .*\n.*\n {4}scheduler\.gamma=0\.1 /m.test(step), step);
  for (const key of keys) {
    assert(new RegExp(`^ {2,4}${key.replaceAll(".", "\\.")}[= ]`, "m").test(help), `${key} is not in --help`);
  }
});
