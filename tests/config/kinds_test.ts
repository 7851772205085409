/** Groups whose name chooses a kind: each kind has its own keys, and no others. */

import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { type ConfigFiles, load, type Loaded } from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { type OptimizerName, optimizers } from "../../src/optim/optimizers/mod.ts";
import { schedules } from "../../src/optim/schedules/mod.ts";
import { memoryFiles } from "./files.ts";
import { quietWorld } from "./world.ts";

const ours = denoConfigFiles();

/** Loads with overrides and, searched first, files of the user's own. */
function loaded(
  overrides: readonly string[],
  mine?: Readonly<Record<string, string>>,
  root = "train",
): Loaded {
  const own = mine ? [{ provider: "--config-dir", files: memoryFiles(mine, "mine") }] : [];
  const sources = [...own, { provider: "main", files: ours }];
  return load({ sources, root, overrides, task: "train" }, quietWorld);
}
const configOf = (...overrides: string[]) => loaded(overrides).config;

const noWarmup = { warmup_epochs: 0, start_factor: 1e-3 };

Deno.test("a group's option chooses a kind, with the defaults of that kind", () => {
  assertEquals(configOf("scheduler=step").scheduler, {
    name: "step",
    step_size: 30,
    gamma: 0.1,
    ...noWarmup,
    interval: "step",
  });
  assertEquals(configOf("loss=focal").loss.name, "focal");
  assertEquals(configOf("optimizer=adamw").optimizer, configOf().optimizer);
});

Deno.test("a name alone chooses it too: what our files wrote for another kind is left out", () => {
  assertEquals(configOf("scheduler.name=constant").scheduler, {
    name: "constant",
    ...noWarmup,
    interval: "step",
  });
  assertEquals(configOf("loss.name=focal").loss, configOf("loss=focal").loss);
  const folder = configOf("data.name=image_folder", "data.data_root=X").data;
  assertEquals([folder.name, folder.data_root, "synthetic" in folder], ["image_folder", "X", false]);
});

Deno.test("the order of a name and the keys of its kind does not matter", () => {
  const step = { name: "step", ...noWarmup, step_size: 3, gamma: 0.1, interval: "step" };
  assertEquals(configOf("scheduler.step_size=3", "scheduler.name=step").scheduler, step);
  assertEquals(configOf("scheduler.step_size=3", "scheduler=step").scheduler, step);
});

const keysOfConstant = "Keys of scheduler with name=constant: name, warmup_epochs, start_factor, interval";
const keysOfCosine =
  "Keys of scheduler with name=warmup_cosine: name, warmup_epochs, start_factor, eta_min_factor, interval";
const havingGamma = Object.entries(schedules).filter(([, { options }]) => "gamma" in options.shape)
  .map(([name]) => `scheduler.name=${name}`).join(" or ");
const refused: [overrides: string[], message: string][] = [
  [
    ["scheduler.name=constant", "scheduler.step_size=3"],
    "Cannot use key scheduler.step_size because scheduler.name is constant: give scheduler.name=step, " +
    `or leave step_size out. ${keysOfConstant} (override scheduler.step_size=3)`,
  ],
  [
    ["scheduler={name: constant, gamma: 2}"],
    `Cannot use key scheduler.gamma because scheduler.name is constant: give ${havingGamma}, or leave gamma out. ` +
    `${keysOfConstant} ` +
    "(override scheduler={name: constant, gamma: 2})",
  ],
  [
    ["scheduler.milestones=[3, 5]"],
    "Cannot use key scheduler.milestones because scheduler.name is warmup_cosine: give " +
    `scheduler.name=multistep, or leave milestones out. ${keysOfCosine} (override scheduler.milestones=[3, 5])`,
  ],
  [
    ["+scheduler.milestones=[3, 5]"],
    "Cannot use key scheduler.milestones because scheduler.name is warmup_cosine: give " +
    `scheduler.name=multistep, or leave milestones out. ${keysOfCosine} (override +scheduler.milestones=[3, 5])`,
  ],
  [
    ["scheduler.warmup_epoch=3"],
    "Cannot use override scheduler.warmup_epoch=3 because there is no such key: " +
    `did you mean scheduler.warmup_epochs? ${keysOfCosine}`,
  ],
  [
    ["scheduler.mile_stones=[1]"],
    "Cannot use override scheduler.mile_stones=[1] because there is no such key: " +
    `did you mean scheduler.milestones of scheduler.name=multistep? ${keysOfCosine}`,
  ],
  [
    ["scheduler.name=stepp"],
    `Cannot use scheduler.name=stepp because it must be one of ${Object.keys(schedules).join(", ")}: ` +
    "did you mean step? (override scheduler.name=stepp)",
  ],
  [
    ["data.name=image_folder"],
    "Cannot do without data.data_root because it must be a path: give data.data_root=PATH " +
    "(conf/data/synthetic_jerseys.yaml:3)",
  ],
];
for (const [overrides, message] of refused) {
  Deno.test(`load() refuses ${overrides.join(" ")}`, () => {
    const error: ConfigError = assertThrows(() => loaded(overrides), ConfigError);
    assertEquals(error.message, message);
  });
}

Deno.test("a key of another kind in a file of the user's own is a fault with its line", () => {
  const mine = {
    "trainer/short.yaml": "# @package _global_\nscheduler:\n  interval: step\n  eta_min_factor: 0.1\n",
  };
  assertEquals(loaded(["trainer=short"], mine).config.scheduler.interval, "step");
  assertThrows(
    () => loaded(["trainer=short", "scheduler=constant"], mine),
    ConfigError,
    `or leave eta_min_factor out. ${keysOfConstant} (mine/trainer/short.yaml:4)`,
  );
});

Deno.test("one key of the user's makes a part that our files wrote a fault, with its path", () => {
  const message = "Cannot use key data.synthetic.train because data.name is image_folder";
  const overrides = ["data.name=image_folder", "data.data_root=X", "data.synthetic.train=5"];
  assertThrows(() => loaded(overrides), ConfigError, message);
});

Deno.test("a folder of the user's own that is called conf is the user's", () => {
  const mine = memoryFiles(
    { "trainer/short.yaml": "# @package _global_\nscheduler: {eta_min_factor: 0.1}\n" },
    "conf",
  );
  const sources = [{ provider: "--config-dir", files: mine }, { provider: "main", files: ours }];
  const request = {
    sources,
    root: "train",
    overrides: ["trainer=short", "scheduler=constant"],
    task: "train",
  };
  assertThrows(() => load(request, quietWorld), ConfigError, "(conf/trainer/short.yaml:2)");
});

Deno.test("what a user's group file says goes over what our presets say of it", () => {
  const mine = {
    "scheduler/mine.yaml": "name: warmup_cosine\nwarmup_epochs: 3\n",
    "optimizer/mine.yaml": "name: adamw\nlr: 2e-3\n",
  };
  const { scheduler, optimizer } =
    loaded(["scheduler=mine", "optimizer=mine", "trainer=quick", "model=resnet50"], mine).config;
  assertEquals([scheduler.name === "warmup_cosine" && scheduler.warmup_epochs, optimizer.lr], [3, 2e-3]);
});

Deno.test("a warm-up that a preset sets is warmup_cosine's; the user's is that of any schedule", () => {
  const warmupOf = (...overrides: string[]) =>
    configOf("trainer=quick", ...overrides).scheduler.warmup_epochs;
  assertEquals([warmupOf(), warmupOf("scheduler=step"), warmupOf("scheduler.name=one_cycle")], [0.5, 0, 0]);
  assertEquals(warmupOf("scheduler=step", "scheduler.warmup_epochs=3"), 3);
});

Deno.test("the rates that our presets set are AdamW's: another optimiser has its own, unless the user sets one", () => {
  const presets = ["trainer=quick", "model=resnet50"];
  const rate = (...overrides: string[]) => configOf(...presets, ...overrides).optimizer.lr;
  assertEquals([rate(), rate("optimizer=adamw"), rate("optimizer.name=adamw")], [5e-5, 5e-5, 5e-5]);
  for (const name of Object.keys(optimizers).filter((name) => name !== "adamw") as OptimizerName[]) {
    const own = optimizers[name].options.parse({}).lr;
    assertEquals([rate(`optimizer=${name}`), rate(`optimizer.name=${name}`)], [own, own]);
    assertEquals(rate(`optimizer=${name}`, "optimizer.lr=0.3"), 0.3);
  }
  const mine = {
    "model/mine.yaml": "# @package _global_\nmodel: {name: resnet18}\noptimizer: {lr: 0.2}\n",
    "optimizer/mine.yaml": "name: sgd\n",
  };
  assertEquals(loaded(["model=mine", "optimizer=sgd"], mine).config.optimizer.lr, 0.2);
  assertEquals(loaded([...presets, "optimizer=mine"], mine).config.optimizer.lr, 0.05);
});

/** The files that a run of an earlier version kept, which have keys of all kinds. */
const savedRun = (files: ConfigFiles = ours): Record<string, string> => ({
  "config.yaml": `
model: {name: resnet18}
data: {name: image_folder, data_root: X}
transforms: {train: [center_crop], eval: [center_crop]}
loss: {name: cross_entropy, label_smoothing: 0.1, class_weights: balanced, gamma: 2}
optimizer: {lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 1e-4, decay_norm_and_bias: true}
scheduler: {name: step, step_size: 7, gamma: 0.5, interval: epoch, milestones: [], warmup_epochs: 5}
`,
  "hydra.yaml": "hydra: {}\n",
  "overrides.yaml": files === ours ? "[]\n" : "",
});

Deno.test("the configuration that a run of an earlier version kept repeats that run, with a note", () => {
  const { config, notes } = loaded([], savedRun(), "config");
  assertEquals(config.scheduler, { name: "step", ...noWarmup, step_size: 7, gamma: 0.5, interval: "epoch" });
  assertEquals([config.loss.name, config.optimizer.name, config.optimizer.lr], [
    "cross_entropy",
    "adamw",
    1e-3,
  ]);
  assertEquals(notes, [
    "loss.gamma, scheduler.milestones, scheduler.warmup_epochs: left out, because this run's configuration has " +
    "them for kinds that it did not use",
  ]);
});

Deno.test("a kind may be replaced on top of a run's configuration", () => {
  const { config } = loaded(["scheduler.name=constant"], savedRun(), "config");
  assertEquals(config.scheduler, { name: "constant", ...noWarmup, interval: "epoch" });
});

Deno.test("a config.yaml that no run kept is the user's own", () => {
  const { "config.yaml": text } = savedRun();
  assertThrows(
    () => loaded([], { "config.yaml": text }, "config"),
    ConfigError,
    "Cannot use key loss.gamma because loss.name is cross_entropy: give loss.name=focal, or leave gamma out",
  );
});

Deno.test("interpolations and changes reach keys that no file has written", () => {
  const { config, folder } = loaded([
    "experiment=lr${optimizer.lr}_eps${optimizer.eps}_${loss.name}_${scheduler.start_factor}",
    "hydra.run.dir=runs/${trainer.precision}",
    "optimizer.betas.1=0.99",
    "~optimizer.weight_decay",
  ]);
  assertEquals([config.experiment, folder], ["lr0.001_eps1e-08_cross_entropy_0.001", "runs/32-true"]);
  const { optimizer } = config;
  assertEquals([optimizer.name === "adamw" && optimizer.betas, optimizer.weight_decay], [[0.9, 0.99], 1e-4]);
});
