/** The PyTorch original's folder of configurations, rebuilt from its names and values, runs unchanged. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import {
  type Config,
  formatConfig,
  formatHydra,
  load,
  type Loaded,
  pipelineSteps,
} from "../../src/config/mod.ts";
import { denoConfigFiles, openConfigFolder } from "../../src/host/deno_config.ts";
import { memoryFiles } from "./files.ts";
import { quietWorld } from "./world.ts";

const ours = { provider: "main", files: denoConfigFiles() };
const folder = new URL("../fixtures/config/original", import.meta.url).pathname;
const theirs = { provider: "--config-dir", files: openConfigFolder(folder) };
const ROOTS = ["train_basketball_resnet18", "train_jersey_ocr_resnet18", "train_jersey_ocr_resnet18_local"];

/** A root as `--config-dir` gives it, with nothing but the data's folder. */
function original(root: string, overrides: readonly string[] = []): Loaded {
  const given = ["data.data_root=jerseys.zip", ...overrides];
  return load({ sources: [theirs, ours], root, overrides: given, task: "train" }, quietWorld);
}

/** A configuration as plain data, without what may differ between two that mean the same. */
function meaning(config: Config): unknown {
  const { callbacks, logging, trainer, data, transforms: _, ...others } = config;
  const { report: __, calibrate: ______, learning_rate_monitor: rate, ...shared } = callbacks;
  const { name: ___, tags: ____, notes: _____, ...wandb } = logging.wandb ?? {};
  const same = {
    ...others,
    data: { ...data, persistent_workers: null, data_root: null },
    trainer: { ...trainer, tune_kernels: null, devices: null },
    callbacks: {
      ...shared,
      model_checkpoint: { ...shared.model_checkpoint, mode: null, filename: null },
      early_stopping: { ...shared.early_stopping, mode: null },
      learning_rate_monitor: rate ? rate.logging_interval ?? config.scheduler.interval : null,
    },
    logging: logging.wandb && wandb,
    transforms: pipelineSteps(config),
  };
  return JSON.parse(JSON.stringify(same), (key, value) => {
    return key === "size" && value === data.image_size ? undefined : value;
  });
}

for (const root of ROOTS) {
  Deno.test(`the original's root ${root} composes with nothing but data.data_root`, () => {
    const { config, notes } = original(root);
    assertEquals(config.experiment, root.replace("train_", ""));
    assertEquals([config.data.data_root, config.data.name], ["jerseys.zip", "image_folder"]);
    assertEquals(config.model.weights, "DEFAULT");
    assertEquals(config.callbacks.model_checkpoint?.filename, "epoch={epoch:02d}-val_acc={val/acc_top1:.4f}");
    assertEquals(notes.length, 1);
    assertStringIncludes(notes[0], "model.num_classes");
  });

  Deno.test(`a run of the original's root ${root} is repeated by what it saves`, () => {
    const { config, hydra } = original(root, ["transforms.image_size=64"]);
    const saved = {
      "config.yaml": formatConfig(config),
      "hydra.yaml": formatHydra(hydra),
      "overrides.yaml": "",
    };
    const sources = [{ provider: "--config-dir", files: memoryFiles(saved, "run") }, ours];
    const again = load({ sources, root: "config", overrides: [], task: "train" }, quietWorld);
    assertEquals(again.config, config);
    assertEquals(again.notes, []);
  });

  Deno.test(`our root ${root} has the original's values`, () => {
    const request = { root, overrides: ["data.data_root=jerseys.zip"], task: "train" };
    const { config } = load({ ...request, sources: [ours] }, quietWorld);
    assertEquals(meaning(config), meaning(original(root).config));
  });

  Deno.test(`the original's root ${root} trains offline on smaller images`, () => {
    const smaller = ["model.pretrained=false", "logging=none", "transforms.image_size=32"];
    const { config, notes } = original(root, smaller);
    assertEquals([config.model.weights, config.logging], [null, {}]);
    assertEquals(config.data.image_size, 32);
    // 37 = round(32 * 256 / 224)
    assertEquals(pipelineSteps(config).eval.slice(0, 2), [
      { resize: { size: 37, keep_aspect: true, interpolation: "bilinear" } },
      { center_crop: { size: 32 } },
    ]);
    assert(notes.some((note) => note.includes("transforms.image_size=32")));
  });
}

Deno.test("the original's values are those of its files", () => {
  const { config } = original("train_basketball_resnet18");
  const { trainer, optimizer, scheduler, loss, data, callbacks } = config;
  assertEquals([trainer.max_epochs, trainer.precision, trainer.gradient_clip_val], [200, "16-mixed", 1]);
  assertEquals([optimizer.lr, optimizer.weight_decay], [5e-4, 1e-4]);
  assertEquals(scheduler, {
    name: "warmup_cosine",
    interval: "epoch",
    warmup_epochs: 5,
    start_factor: 1e-3,
    eta_min_factor: 0.05,
  });
  assertEquals(loss, { name: "cross_entropy", label_smoothing: 0.1, class_weights: "balanced" });
  assertEquals([data.batch_size, data.num_workers, data.cache], [64, 4, "ram"]);
  assertEquals([callbacks.ema?.warmup_steps, callbacks.early_stopping?.patience], [2000, 20]);
  const local = original("train_jersey_ocr_resnet18_local").config;
  assertEquals([local.trainer.max_epochs, local.trainer.precision], [30, "32-true"]);
  assertEquals([local.data.batch_size, local.data.num_workers], [32, 0]);
  assertEquals(local.callbacks.early_stopping?.patience, 10);
  assertEquals(local.callbacks.learning_rate_monitor, undefined);
});

Deno.test("options of the original's model reach the parts that they belong to here", () => {
  const overrides = [
    "model=resnet50",
    "model.loss_name=focal",
    "model.focal_gamma=3",
    "data.use_cache=false",
  ];
  const { config } = original("train_basketball_resnet18", [...overrides, "model.warmup_epochs=2"]);
  assertEquals([config.model.name, config.optimizer.lr], ["resnet50", 5e-5]);
  assertEquals(config.loss, { name: "focal", gamma: 3, label_smoothing: 0.1, class_weights: "balanced" });
  assertEquals([config.scheduler, config.data.cache].map((one) => JSON.stringify(one)), [
    JSON.stringify({ ...config.scheduler, warmup_epochs: 2 }),
    '"none"',
  ]);
  assertEquals(original("train_basketball_resnet18", ["+scheduler=step"]).config.scheduler.name, "step");
});

Deno.test("the original's vision-language model is refused in one sentence", () => {
  const error: ConfigError = assertThrows(
    () => original("train_basketball_smolvlm2_qlora", ["nonsense=1", "trainer.max_epochs=x"]),
    ConfigError,
  );
  assertEquals(
    error.message,
    "Cannot use train_basketball_smolvlm2_qlora because it fine-tunes a vision-language model " +
      "(classifier_training.models.smolvlm2.SmolVLM2Module), and wgrad trains image classifiers: run it with the original",
  );
});

Deno.test("our own roots run with the original's folder, whose files stand for ours in its roots alone", () => {
  const request = { root: "train", overrides: [], task: "train" };
  const alone = load({ ...request, sources: [ours] }, quietWorld);
  const beside = load({ ...request, sources: [theirs, ours] }, quietWorld);
  assertEquals(beside.config, alone.config);
  assertEquals(beside.notes, [
    `${folder}/model/resnet18.yaml is written for another project: this root takes our own file instead`,
  ]);
});

Deno.test("an override of our own name wins over the original's option", () => {
  const { config } = original("train_jersey_ocr_resnet18_local", [
    "optimizer.lr=0.01",
    "loss.class_weights=none",
  ]);
  assertEquals(config.optimizer.lr, 0.01);
  assertEquals(config.loss.class_weights, "none");
});
