import { assert, assertEquals, assertThrows } from "@std/assert";
import { parse } from "yaml";
import { ConfigError } from "../../src/base/errors.ts";
import { type Config, configSchema, formatConfig, loadConfig } from "../../src/config/mod.ts";
import { modelNames } from "../../src/nn/models/mod.ts";
import { providerNames } from "../../src/core/providers/mod.ts";
import { allKeys, schemaAt } from "../../src/config/schema_walk.ts";
import { type Data, nodeAt, toData, toNode } from "../../src/config/tree.ts";
import { datasets } from "../../src/data/datasets/mod.ts";
import { memoryFiles } from "./files.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";

const files = denoConfigFiles();
const load = (...overrides: string[]): Config => loadConfig(files, overrides);
const folder = ["data=image_folder", "data.data_root=X"];

Deno.test("loadConfig() gives the embedded default run", () => {
  const config = load();
  assertEquals(config.model, {
    name: "resnet18",
    stem: "imagenet",
    weights: null,
    freeze: [],
    layer_lr_decay: 1,
  });
  assertEquals(config.data.name, "synthetic_jerseys");
  assertEquals(config.optimizer.lr, 1e-3);
  assertEquals(config.scheduler.interval, "step");
  assertEquals(config.trainer.replay, true);
});

Deno.test("loadConfig() gives digits from a folder no flip", () => {
  const config = load(...folder, "model=resnet18", "data.image_size=32", "trainer.max_epochs=2");
  assertEquals(config.data.data_root, "X");
  assertEquals(config.data.image_size, 32);
  assertEquals(config.trainer.max_epochs, 2);
  const names = config.transforms.train.flatMap(Object.keys);
  assert(names.includes("random_resized_crop") && !names.some((name) => name.includes("flip")), `${names}`);
});

const resolved: [overrides: string[], path: string, value: Data][] = [
  [["trainer=default"], "optimizer.lr", 5e-4],
  [["trainer=default", "data=image_folder", "data.data_root=x"], "data.batch_size", 64],
  [["data=image_folder", "data.data_root=x"], "data.batch_size", 32],
  [["model=resnet50"], "optimizer.lr", 5e-5],
  [["model=resnet50", "optimizer.lr=1e-3"], "optimizer.lr", 1e-3],
  [["trainer=default"], "trainer.max_epochs", 200],
  [["trainer=default"], "scheduler.interval", "epoch"],
  [["trainer=default"], "scheduler.warmup_epochs", 5],
  [["trainer=default", ...folder], "data.batch_size", 64],
  [["trainer=local"], "trainer.max_epochs", 30],
  [["trainer=local", ...folder], "data.batch_size", 32],
  [["transforms=default"], "transforms.train.1", { random_horizontal_flip: { p: 0.5 } }],
  [["seed=1", "seed=2"], "seed", 2],
  [["scheduler=multistep", "scheduler.milestones=[3, 5]"], "scheduler.milestones", [3, 5]],
  [["+scheduler.milestones=[3]", "scheduler.name=multistep"], "scheduler.milestones", [3]],
  [["optimizer.betas.0=0.8"], "optimizer.betas", [0.8, 0.999]],
  [["trainer.gradient_clip_val=null"], "trainer.gradient_clip_val", null],
  [["callbacks.progress=null"], "callbacks.progress", null],
  [["callbacks.ema.decay=0.99"], "callbacks.ema", { decay: 0.99, warmup_steps: 0 }],
  [["~callbacks.learning_rate_monitor"], "callbacks.learning_rate_monitor", undefined as unknown as Data],
  [
    ["transforms.train.0.random_resized_crop.scale=[0.5, 1]"],
    "transforms.train.0.random_resized_crop.scale",
    [0.5, 1],
  ],
];

for (const [overrides, path, value] of resolved) {
  Deno.test(`loadConfig() takes ${overrides.join(" ")}`, () => {
    const node = nodeAt(toNode(load(...overrides), ""), path.split("."));
    assertEquals(node && toData(node), value);
  });
}

const epochKeys =
  "Keys of trainer: max_epochs, precision, matmul, gradient_clip_val, gradient_clip_algorithm, accumulate_grad_batches, " +
  "num_sanity_val_steps, log_every_n_steps, val_check_interval, fast_dev_run, overfit_batches, " +
  "limit_train_batches, limit_val_batches, limit_test_batches, lr_find, lr_range, strategy, devices, num_nodes, sync_batchnorm, " +
  "bucket_cap_mb, ddp_comm_hook, share_gpu, tune_kernels, replay";
const topKeys =
  "Keys at the top: seed, experiment, gpu, log_level, resume, checkpoint_dir, compat, model, data, transforms, loss, optimizer, " +
  "scheduler, trainer, eval, callbacks, logging";

const refused: [overrides: string[], message: string][] = [
  [
    ["trainer.max_epoch=2"],
    `Cannot use override trainer.max_epoch=2 because there is no such key: did you mean trainer.max_epochs? ${epochKeys}`,
  ],
  [
    ["trainr.max_epochs=2"],
    `Cannot use override trainr.max_epochs=2 because there is no such key: did you mean trainer.max_epochs? ${topKeys}`,
  ],
  [["lr=1"], `Cannot use override lr=1 because there is no such key: did you mean optimizer.lr? ${topKeys}`],
  [["xyzzy=1"], `Cannot use override xyzzy=1 because there is no such key: ${topKeys}`],
  [["seed.x=1"], "Cannot use override seed.x=1 because seed has no keys: give seed=VALUE"],
  [
    ["+trainer.max_epochs=1"],
    "Cannot use override +trainer.max_epochs=1 because that key exists: write trainer.max_epochs=1",
  ],
  [
    ["model=resnet19"],
    `Cannot use model=resnet19 because group model has no such option: did you mean model=resnet18? Options of model: ${
      files.options("model").join(", ")
    } (override model=resnet19)`,
  ],
  [
    ["trainer.precision=16-mixed", "trainer.matmul=split"],
    "Cannot use trainer.matmul=split because it must be f32 with precision=16-mixed, whose products are of f16 already " +
    "(override trainer.matmul=split)",
  ],
  [["seed=-1"], "Cannot use seed=-1 because it must be at least 0 (override seed=-1)"],
  [["seed=1.5"], "Cannot use seed=1.5 because it must be an integer (override seed=1.5)"],
  [['seed="1"'], `Cannot use seed="1" because it must be an integer (override seed="1")`],
  [["seed=null"], "Cannot use seed=null because it must be an integer (override seed=null)"],
  [
    ["gpu=dwan"],
    `Cannot use gpu=dwan because it must be one of ${
      providerNames.join(", ")
    }: did you mean dawn? (override gpu=dwan)`,
  ],
  [
    ["experiment=a/b"],
    "Cannot use experiment=a/b because it must be a file name of letters, digits, '.', '_' and '-' (override experiment=a/b)",
  ],
  [
    ["experiment=.."],
    "Cannot use experiment=.. because it must be a file name of letters, digits, '.', '_' and '-' (override experiment=..)",
  ],
  [
    ["output_dir=5"],
    "Cannot use override output_dir=5 because there is no such key: it is hydra.run.dir now",
  ],
  [
    ["data=image_folder", "data.data_root=x", "data.label_column=5"],
    "Cannot use data.label_column=5 because it must be text, in quotes or null (override data.label_column=5)",
  ],
  [
    ["data=image_folder"],
    "Cannot do without data.data_root because it must be given: add data.data_root=VALUE (conf/data/image_folder.yaml:6)",
  ],
  [
    ["data.name=folder"],
    `Cannot use data.name=folder because it must be one of ${Object.keys(datasets).join(", ")}: ` +
    "did you mean image_folder? (override data.name=folder)",
  ],
  [
    ["data.image_size=4"],
    "Cannot use data.image_size=4 because it must be at least 8 (override data.image_size=4)",
  ],
  [
    ["data.holdout=0.6"],
    "Cannot use data.holdout=0.6 because it must be at most 0.5 or null (override data.holdout=0.6)",
  ],
  [
    ["data.normalization=x"],
    "Cannot use data.normalization=x because it must be imagenet (override data.normalization=x)",
  ],
  [
    ["data.synthetic.classes=[a, a]"],
    `Cannot use data.synthetic.classes=["a","a"] because it must not name a class twice (override data.synthetic.classes=[a, a])`,
  ],
  [
    [...folder, "data.synthetic.train=5"],
    "Cannot use key data.synthetic.train because data.name is image_folder: give data.name=synthetic_jerseys, " +
    "or leave synthetic out. Keys of data with name=image_folder: name, data_root, layout, splits, split, label_column, encoding, image_size, batch_size, eval_batch_size, drop_last, holdout, max_unreadable, max_pixels, on_unreadable, on_change, normalization, prefetch, num_workers, persistent_workers, cache, cache_size, cache_limit, patch, sampler (override data.synthetic.train=5)",
  ],
  [
    ["transforms.eval=resize"],
    "Cannot use transforms.eval=resize because it must be a list: write transforms.eval=[resize] (override transforms.eval=resize)",
  ],
  [
    ["transforms.eval=[5]"],
    `Cannot use transforms.eval.0=5 because it must be a name or one "name: {option: value}" (override transforms.eval=[5])`,
  ],
  [
    ["transforms.eval=[{a: {}, b: {}}]"],
    `Cannot use transforms.eval.0={"a":{},"b":{}} because it must be a name or one "name: {option: value}" (override transforms.eval=[{a: {}, b: {}}])`,
  ],
  [
    ["transforms.train.9.a=1"],
    "Cannot use override transforms.train.9.a=1 because list transforms.train has positions 0 to 2: current position is 9",
  ],
  [
    ["scheduler=multistep", "scheduler.milestones.0=1"],
    "Cannot use override scheduler.milestones.0=1 because list scheduler.milestones has no entries yet: current position is 0",
  ],
  [
    ["trainer.replay.x=1"],
    "Cannot use override trainer.replay.x=1 because trainer.replay has no keys: give trainer.replay=VALUE",
  ],
  [
    ["loss.label_smoothing=1"],
    "Cannot use loss.label_smoothing=1 because it must be less than 1 (override loss.label_smoothing=1)",
  ],
  [
    ["loss.class_weights=balance"],
    "Cannot use loss.class_weights=balance because it must be one of balanced, none: did you mean balanced? (override loss.class_weights=balance)",
  ],
  [
    ["optimizer.lr=inf"],
    "Cannot use optimizer.lr=Infinity because it must be a number (override optimizer.lr=inf)",
  ],
  [
    ["trainer.gradient_clip_val=x"],
    "Cannot use trainer.gradient_clip_val=x because it must be a number or null (override trainer.gradient_clip_val=x)",
  ],
  [
    ["trainer.replay=1"],
    "Cannot use trainer.replay=1 because it must be true or false (override trainer.replay=1)",
  ],
];

for (const [overrides, message] of refused) {
  Deno.test(`loadConfig() refuses ${overrides.join(" ")}`, () => {
    assertEquals(assertThrows(() => load(...overrides), ConfigError).message, message);
  });
}

Deno.test("loadConfig() reports every fault at once", () => {
  const error: ConfigError = assertThrows(
    () => load("word", "model=resnet19", "trainer.max_epoch=1", "seed=x", "data.batch_size=0"),
    ConfigError,
  );
  const [head, ...faults] = error.message.split("\n- ");
  assertEquals(head, "Cannot use this configuration because it has 5 faults:");
  assertEquals(faults.map((fault) => fault.split(" because ")[0]), [
    "Cannot read override word",
    "Cannot use model=resnet19",
    "Cannot use override trainer.max_epoch=1",
    "Cannot use seed=x",
    "Cannot use data.batch_size=0",
  ]);
});

Deno.test("loadConfig() names an unknown key of a file", () => {
  const own = {
    ...files,
    read: (path: string) => path === "model/resnet18" ? "name: resnet18\nweight: a" : files.read(path),
  };
  assertEquals(
    assertThrows(() => loadConfig(own, []), ConfigError).message,
    "Cannot use key model.weight because there is no such key: did you mean model.weights? Keys of model with name=resnet18: name, stem, weights, freeze, layer_lr_decay (conf/model/resnet18.yaml:2)",
  );
});

Deno.test("loadConfig() says which key a file leaves out", () => {
  const own = {
    ...files,
    read: (path: string) => path === "model/resnet18" ? "weights: null" : files.read(path),
  };
  assertEquals(
    assertThrows(() => loadConfig(own, []), ConfigError).message,
    `Cannot do without model.name because it must be one of ${
      modelNames.join(", ")
    } (conf/model/resnet18.yaml:1)`,
  );
});

Deno.test("loadConfig() freezes all of it", () => {
  const { trainer, optimizer } = load();
  assertThrows(() => Object.assign(trainer, { max_epochs: 1 }), TypeError);
  assertThrows(() => (optimizer.betas as number[]).reverse(), TypeError);
});

for (const root of files.options("")) {
  for (const group of files.groups("")) {
    for (const option of files.options(group)) {
      Deno.test(`conf/${root}.yaml takes ${group}=${option}`, () => {
        const more = group === "data" ? ["data.data_root=X"] : [];
        loadConfig(files, [`${group}=${option}`, ...more], { root });
      });
    }
  }
}

Deno.test("formatConfig() writes YAML that reads back to the same configuration", () => {
  const config = load(
    ...folder,
    "transforms=default",
    "experiment='07'",
    "+data.sampler.weights={10:2,2:1.5}",
  );
  assertEquals(loadConfig(memoryFiles({ "train.yaml": formatConfig(config) })), config);
  assertEquals(parse(formatConfig(config)).data.data_root, "X");
});

Deno.test("formatConfig() keeps text that looks like something else", () => {
  for (
    const text of ["07", "yes", "1e3", "${x}", "\\${x}", "a: b", "# no", "-", " x ", "é", "null", "a\nb"]
  ) {
    const config = { ...load(), resume: text };
    assertEquals(loadConfig(memoryFiles({ "train.yaml": formatConfig(config) })).resume, text);
  }
});

Deno.test("configSchema explains every key", () => {
  const silent = allKeys(configSchema).filter((path) => {
    const node = schemaAt(configSchema, path.split("."));
    return !(node as { description?: string } | undefined)?.description;
  });
  assertEquals(silent, []);
});

Deno.test("denoConfigFiles() lists no options and reads no text where there is nothing", () => {
  assertEquals([files.read("nothing"), files.options("nothing"), files.options("train.yaml")], [
    undefined,
    [],
    [],
  ]);
});
