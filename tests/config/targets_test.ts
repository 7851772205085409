/** What becomes of the options of each class that the bridge knows. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { Float } from "../../src/base/float.ts";
import type { Target } from "../../src/config/bridge/target.ts";
import { translate } from "../../src/config/bridge/translate.ts";
import { Faults } from "../../src/config/faults.ts";
import { type Config, load } from "../../src/config/mod.ts";
import { type Data, toData, toNode } from "../../src/config/tree.ts";
import { IMAGENET } from "../../src/data/types.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { classesByName } from "./bridge_page.ts";
import { memoryFiles } from "./files.ts";
import { quietWorld } from "./world.ts";

/** Values for options that must be given. */
const GIVEN: Readonly<Record<string, Data>> = {
  monitor: "val/loss",
  save_dir: "logs",
  data_root: "photos",
  step_size: 3,
  milestones: [3],
  gamma: 0.9,
  max_lr: 0.1,
  T_0: 5,
  T_max: 5,
  size: 32,
  degrees: 5,
  bits: 3,
  threshold: 100,
  sharpness_factor: 2,
  kernel_size: 3,
  quality: 50,
  transforms: [],
  dtype: "torch.float32",
  mean: IMAGENET.mean,
  std: IMAGENET.std,
};

/** The class with its required options and some more, translated in its place. */
function translated(name: string, { place, options }: Target, more: Readonly<Record<string, Data>> = {}) {
  const must = Object.entries(options).filter(([, fate]) =>
    fate.kind === "kept" && fate.default === undefined
  )
    .map(([key]) => [key, GIVEN[key]]);
  const item = { _target_: name, ...Object.fromEntries(must), ...more };
  const part = place === "transforms" ? { train: [item] } : place === "callbacks" ? { x: item } : item;
  const faults = new Faults();
  const { root, dropped } = translate(toNode({ [place]: part }, "here"), "root", faults);
  return {
    result: toData(root) as Record<string, Data>,
    dropped,
    error: faults.none ? "" : faults.error().message,
  };
}

for (const [name, target] of classesByName()) {
  const must = name.endsWith("ToDtype")
    ? { scale: true }
    : name.endsWith("OneCycleLR")
    ? { cycle_momentum: false }
    : {};
  Deno.test(`${name}: its own defaults are taken, and what would change a result is refused`, () => {
    if (!name.endsWith("Compose")) assertEquals(translated(name, target, must).error, "");
    for (const [key, fate] of Object.entries(target.options)) {
      const { error, dropped } = translated(name, target, { ...must, [key]: "other" });
      if (fate.kind === "moot") {
        assert(dropped.some((path) => path.endsWith(`.${key}`)), `${key} is not in ${dropped}`);
      }
      if (fate.kind !== "only") continue;
      assertStringIncludes(error, `.${key}=other because it must be`);
      assertStringIncludes(error, fate.why);
      for (const value of fate.values) {
        assertEquals(translated(name, target, { ...must, [key]: value }).error, "");
      }
    }
  });
}

/** A root of PyTorch's world with one part written out. */
function loadWith(part: string, overrides: readonly string[] = []): Config {
  const text = `defaults:\n  - train\n  - override logging: none\n  - _self_\n${part}`;
  const sources = [
    { provider: "--config-dir", files: memoryFiles({ "theirs.yaml": text }, "theirs") },
    { provider: "main", files: denoConfigFiles() },
  ];
  return load({ sources, root: "theirs", overrides, task: "train" }, quietWorld).config;
}

function faultsOf(part: string, overrides: readonly string[] = []): string {
  return assertThrows(() => loadWith(part, overrides), ConfigError).message;
}

const step = (name: string, options: string) =>
  `transforms:\n  eval:\n    - {_target_: torchvision.transforms.v2.${name}, ${options}}\n    - center_crop\n    - normalize\n`;

Deno.test("Resize: two equal numbers are both sides, one is the shorter, and two others are refused", () => {
  const resize = (size: string) => loadWith(step("Resize", `size: ${size}`)).transforms.eval[0].resize;
  assertEquals(resize("[40, 40]"), { size: 40, keep_aspect: false, interpolation: "bilinear" });
  assertEquals(
    [resize("40"), resize("[40]")],
    Array(2).fill({ size: 40, keep_aspect: true, interpolation: "bilinear" }),
  );
  assertStringIncludes(faultsOf(step("Resize", "size: [40, 30]")), "images here are square");
});

Deno.test("AutoAugment: its policy is read as a name, as torchvision's enumeration, or as a member of it", () => {
  const policy = (how: string) =>
    loadWith(
      `transforms:\n  train:\n    - {_target_: torchvision.transforms.AutoAugment, policy: ${how}}\n`,
    ).transforms.train[0].auto_augment;
  const member = "{_target_: torchvision.transforms.AutoAugmentPolicy, _args_: [cifar10]}";
  for (const how of ["cifar10", "AutoAugmentPolicy.CIFAR10", member]) {
    assertEquals(policy(how), { policy: "cifar10", interpolation: "nearest", fill: 0 });
  }
});

Deno.test("automatic augmentation has torchvision's defaults", () => {
  const train = ["RandAugment", "TrivialAugmentWide", "AugMix"].map((name) =>
    `    - {_target_: torchvision.transforms.v2.${name}}\n`
  );
  assertEquals(loadWith(`transforms:\n  train:\n${train.join("")}`).transforms.train, [
    {
      rand_augment: { num_ops: 2, magnitude: 9, num_magnitude_bins: 31, interpolation: "nearest", fill: 0 },
    },
    { trivial_augment_wide: { num_magnitude_bins: 31, interpolation: "nearest", fill: 0 } },
    {
      aug_mix: {
        severity: 3,
        mixture_width: 3,
        chain_depth: -1,
        alpha: 1,
        all_ops: true,
        interpolation: "bilinear",
        fill: 0,
      },
    },
  ]);
});

Deno.test("MixUp and CutMix: they are ways to mix a batch", () => {
  const ways = ["MixUp, num_classes: 10", "CutMix, alpha: 0.5"].map((way) =>
    `    - {_target_: torchvision.transforms.v2.${way}}\n`
  );
  assertEquals(loadWith(`transforms:\n  batch:\n${ways.join("")}`).transforms.batch, [
    { mixup: { alpha: 1 } },
    { cutmix: { alpha: 0.5 } },
  ]);
});

Deno.test("a single way to mix a batch is a list of one", () => {
  const theirs =
    loadWith("transforms:\n  batch: {_target_: timm.data.Mixup, cutmix_alpha: 1}\n").transforms.batch;
  assertEquals(theirs.map((way) => Object.keys(way)), [["timm_mixup"]]);
  const batch = (given: string) => loadWith("", [`transforms.batch=${given}`]).transforms.batch;
  assertEquals(batch("cutmix"), [{ cutmix: { alpha: 1 } }]);
  assertEquals(batch("{mixup: {alpha: 0.2}}"), [{ mixup: { alpha: 0.2 } }]);
});

Deno.test("an unknown way to mix is named with its origin, and only ways to mix are listed", () => {
  assertStringIncludes(faultsOf("", ["transforms.batch=[mixupp]"]), "(override transforms.batch=[mixupp])");
  const collate = faultsOf("transforms:\n  batch:\n    - {_target_: timm.data.FastCollateMixup}\n");
  assertStringIncludes(collate, "timm.data.Mixup");
  assert(!collate.includes("RandAugment"), collate);
  assertStringIncludes(
    faultsOf("", ["transforms.train=[mixup, normalize]"]),
    "give transforms.batch=[mixup]",
  );
  assertStringIncludes(faultsOf("", ["transforms.batch=[rand_augment]"]), "put it into transforms.train");
  const bare = "transforms.train=[rand_augment: {magnitude: 5}, normalize]";
  assertStringIncludes(faultsOf("", [bare]), "a map in a list has braces: [{name: {option: value}}]");
  assertStringIncludes(faultsOf("", ["eval.tta=flips"]), "one of flip, crops or null: did you mean flip?");
  assertStringIncludes(faultsOf("", ["transforms.train=normalize"]), "write transforms.train=[normalize]");
  const swapped = "transforms.batch={timm_mixup: {cutmix_minmax: [0.8, 0.2]}}";
  assertStringIncludes(faultsOf("", [swapped]), "must be [least, most] with least below most or null");
});

for (
  const [part, unknown, known] of [
    ["optimizer", "torch.optim.Muonn, ns_steps: 3", "torch.optim.Muon?"],
    ["scheduler", "torch.optim.lr_scheduler.StepLRR, step_size: 2", "StepLR?"],
    ["loss", "torch.nn.CrossEntropyLos, reduction: mean", "CrossEntropyLoss?"],
    ["model", "torchvision.models.resnet81, progress: true", "Known: "],
    ["data", "classifier_training.data.ImageFolderDataModul, data_root: photos", "ImageFolderDataModule?"],
  ]
) {
  Deno.test(`${part}: an unknown class is one fault`, () => {
    const faults = faultsOf(`${part}: {_target_: ${unknown}}\n`);
    assert(!faults.includes("faults:"), faults);
    assertStringIncludes(faults, known);
  });
}

Deno.test("an override with a class and a wrong key names the key and lists those of the class", () => {
  for (const key of ["ns_step", "foreach"]) {
    const faults = faultsOf("", [`optimizer={_target_: torch.optim.Muon, ${key}: 3}`]);
    assertStringIncludes(faults, `Cannot use key optimizer.${key} because`);
    assertStringIncludes(faults, "with name=muon: name, lr, momentum, nesterov, ns_steps");
  }
  const own = faultsOf("", ["optimizer={name: muon, ns_step: 3}"]);
  assertStringIncludes(own, "there is no key optimizer.ns_step: did you mean optimizer.ns_steps?");
});

Deno.test("timm's Mixup: a way to mix a batch, whose label smoothing is the loss's", () => {
  const given = "mixup_alpha: 0.8, cutmix_alpha: 1.0, mode: elem, label_smoothing: 0.2, num_classes: 10";
  const { transforms, loss } = loadWith(
    `transforms:\n  batch:\n    - {_target_: timm.data.Mixup, ${given}}\n`,
  );
  assertEquals(transforms.batch, [{
    timm_mixup: {
      mixup_alpha: 0.8,
      cutmix_alpha: 1,
      cutmix_minmax: null,
      prob: 1,
      switch_prob: 0.5,
      mode: "elem",
      correct_lam: true,
    },
  }]);
  assertEquals(loss.label_smoothing, 0.2);
});

Deno.test("interpolation is carried out where it is, and refused elsewhere", () => {
  const affine = (how: string) =>
    loadWith(
      `transforms:\n  train:\n    - {_target_: torchvision.transforms.v2.RandomAffine, degrees: 5, interpolation: ${how}}\n`,
    ).transforms.train[0].random_affine;
  for (const how of ["bilinear", "InterpolationMode.BILINEAR", "2"]) {
    assertEquals((affine(how) as { interpolation: string }).interpolation, "bilinear");
  }
  assertThrows(() => affine("bicubic"), ConfigError, "it must be nearest or bilinear");
  const resize = (how: string) => step("Resize", `size: 40, interpolation: ${how}`);
  for (const how of ["bicubic", "InterpolationMode.BICUBIC", "3"]) {
    const [{ resize: resized }] = loadWith(resize(how)).transforms.eval;
    assertEquals((resized as { interpolation: string }).interpolation, "bicubic");
  }
  assertStringIncludes(faultsOf(resize("nearest")), "it must be bilinear or bicubic");
  assertStringIncludes(faultsOf(step("Resize", "size: 40, antialias: false")), "antialias=false because");
});

Deno.test("schedules of torch by their own names: cycles keep the momentum, a plateau's mode is its metric's", () => {
  const scheduler = (name: string, options: string) =>
    `scheduler: {_target_: torch.optim.lr_scheduler.${name}, ${options}}\n`;
  const cycle =
    loadWith(scheduler("OneCycleLR", "max_lr: 0.1, total_steps: 50, cycle_momentum: false")).scheduler;
  assertEquals([cycle.name, "max_lr" in cycle && cycle.max_lr, "cycle_momentum" in cycle], [
    "one_cycle",
    0.1,
    false,
  ]);
  assertStringIncludes(faultsOf(scheduler("OneCycleLR", "max_lr: 0.1")), "write cycle_momentum: false");
  const fall = loadWith(scheduler("CosineAnnealingLR", "T_max: 7, eta_min: 1e-5")).scheduler;
  assertEquals(
    fall.name === "cosine_restarts" && [fall.t_0, fall.t_mult, fall.eta_min],
    [7, 1, 1e-5],
  );
  const restarts = loadWith(scheduler("CosineAnnealingWarmRestarts", "T_0: 3, T_mult: 2")).scheduler;
  assertEquals(["t_0" in restarts && restarts.t_0, "t_mult" in restarts && restarts.t_mult], [3, 2]);
  const plateau = (options: string) => scheduler("ReduceLROnPlateau", options);
  assertEquals(loadWith(plateau("patience: 3")).scheduler.name, "reduce_on_plateau");
  assertStringIncludes(faultsOf(plateau("monitor: val/acc_top1")), "write mode: max");
  assertStringIncludes(faultsOf(plateau("monitor: val/acc_top1, mode: min")), "must be max");
  assertEquals(loadWith(plateau("monitor: val/acc_top1, mode: max")).scheduler.name, "reduce_on_plateau");
});

Deno.test("a callback's default mode is refused where it is the wrong way, and needless where it is right", () => {
  for (const name of ["ModelCheckpoint", "EarlyStopping"]) {
    const callback = (rest: string) =>
      `callbacks:\n  x: {_target_: lightning.pytorch.callbacks.${name}, monitor: ${rest}}\n  model_checkpoint: null\n`;
    assertStringIncludes(
      faultsOf(callback("val/acc_top1")),
      "Cannot use callbacks.x because its default mode is min, which is the wrong way for val/acc_top1: write mode: max",
    );
    assertStringIncludes(faultsOf(callback("val/acc_top1, mode: min")), "must be max");
    if (name === "EarlyStopping") loadWith(callback("val/loss"));
  }
});

Deno.test("the Trainer's switches take callbacks out, in our own words, too", () => {
  const off = ["+trainer.enable_checkpointing=false", "+trainer.enable_progress_bar=false"];
  const { callbacks } = loadWith("", off);
  assertEquals([callbacks.model_checkpoint, callbacks.progress], [null, null]);
  const lightning =
    "trainer: {_target_: lightning.pytorch.Trainer, max_epochs: 3}\ncallbacks: {progress: null}\n";
  const { trainer, callbacks: theirs } = loadWith(lightning);
  assertEquals([trainer.gradient_clip_val, trainer.log_every_n_steps, trainer.limit_val_batches], [
    null,
    50,
    new Float(1),
  ]);
  assertEquals(theirs.progress, null);
  assertEquals(
    loadWith(lightning.replace("max_epochs: 3", "limit_val_batches: 1")).trainer.limit_val_batches,
    1,
  );
});

Deno.test("gradient_clip_algorithm is carried out", () => {
  const { trainer } = loadWith(
    "trainer: {_target_: lightning.pytorch.Trainer, gradient_clip_algorithm: value}\n",
  );
  assertEquals(trainer.gradient_clip_algorithm, "value");
});

Deno.test("a pipeline that does not bring images onto ImageNet's scale is refused", () => {
  const compose = (...steps: string[]) =>
    "transforms:\n  train:\n    _target_: torchvision.transforms.v2.Compose\n    transforms:\n" +
    steps.map((name) => `      - {_target_: torchvision.transforms.v2.${name}}\n`).join("");
  assertStringIncludes(faultsOf(compose("RandomResizedCrop, size: 32")), "because it has no Normalize");
  assertStringIncludes(faultsOf(compose("ToDtype, dtype: torch.float32")), "write scale: true");
  assertStringIncludes(faultsOf(compose("Normalize, mean: [0, 0, 0], std: [1, 1, 1]")), "mean=[0,0,0]");
});

Deno.test("weights by torchvision's names are those that DEFAULT means, or refused", () => {
  const weights = (name: string, value: string) =>
    loadWith(`model:\n  name: null\n  _target_: torchvision.models.${name}\n  weights: ${value}\n`).model
      .weights;
  assertEquals(weights("resnet18", "ResNet18_Weights.IMAGENET1K_V1"), "DEFAULT");
  assertEquals(weights("resnet50", "IMAGENET1K_V2"), "DEFAULT");
  assertThrows(
    () => weights("resnet50", "IMAGENET1K_V1"),
    ConfigError,
    "it must be DEFAULT, which is IMAGENET1K_V2",
  );
});
