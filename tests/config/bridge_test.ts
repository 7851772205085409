/** Configurations as one writes them for the PyTorch original, unchanged. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { type Config, load, type Loaded } from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { memoryFiles } from "./files.ts";
import { quietWorld } from "./world.ts";

const theirs = {
  "theirs.yaml": `
defaults:
  - train
  - override model: resnet34
  - override callbacks: theirs
  - override logging: theirs
  - override transforms: theirs
  - override trainer: theirs
  - _self_
optimizer:
  _target_: torch.optim.AdamW
  _partial_: true
  lr: 1e-4
  fused: true
loss: {_target_: torch.nn.CrossEntropyLoss, label_smoothing: 0.2}
scheduler: {_target_: torch.optim.lr_scheduler.MultiStepLR, milestones: [3, 6], gamma: 0.5}
data: {pin_memory: true}
`,
  "model/resnet34.yaml": "_target_: torchvision.models.resnet34\nnum_classes: 43\nweights: null\n",
  "trainer/theirs.yaml": `
_target_: lightning.pytorch.Trainer
max_epochs: 7
accelerator: gpu
devices: 2
strategy: ddp
precision: 32-true
`,
  "callbacks/theirs.yaml": `
checkpoint:
  _target_: lightning.pytorch.callbacks.ModelCheckpoint
  dirpath: \${hydra:runtime.output_dir}/checkpoints
  monitor: val/acc_top1
  mode: max
  save_top_k: 1
  verbose: true
stop: {_target_: lightning.pytorch.callbacks.EarlyStopping, monitor: val/loss, mode: min, patience: 3}
average: {_target_: classifier_training.callbacks.ema.EMACallback, decay: 0.99}
bar: {_target_: lightning.pytorch.callbacks.RichProgressBar, refresh_rate: 5}
lr: {_target_: pytorch_lightning.callbacks.LearningRateMonitor, logging_interval: step}
`,
  "logging/theirs.yaml": "_target_: lightning.pytorch.loggers.WandbLogger\nproject: mine\nsave_dir: logs\n",
  "transforms/theirs.yaml": `
train:
  _target_: torchvision.transforms.v2.Compose
  transforms:
    - _target_: torchvision.transforms.v2.ToImage
    - {_target_: torchvision.transforms.v2.RandomResizedCrop, size: [64, 64], antialias: true}
    - {_target_: torchvision.transforms.v2.RandomAffine, degrees: 25, translate: [0.1, 0.1], shear: [-15, 15]}
    - _target_: torchvision.transforms.v2.RandomApply
      p: 0.85
      transforms:
        - {_target_: classifier_training.transforms.RandomPixelate, scale_min: 0.1, scale_max: 0.5, p: 0.4}
        - {_target_: torchvision.transforms.v2.JPEG, quality: [5, 55]}
    - {_target_: torchvision.transforms.v2.Normalize, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}
eval:
  - {_target_: torchvision.transforms.v2.Resize, size: 73}
  - {_target_: torchvision.transforms.v2.CenterCrop, size: 64}
  - normalize
`,
};

function loadTheirs(
  overrides: readonly string[] = [],
  files: Readonly<Record<string, string>> = theirs,
): Loaded {
  const sources = [
    { provider: "--config-dir", files: memoryFiles(files, "theirs") },
    { provider: "main", files: denoConfigFiles() },
  ];
  return load({ sources, root: "theirs", overrides, task: "train" }, quietWorld);
}

Deno.test("a configuration of PyTorch's world becomes one in our words", () => {
  const { config, notes } = loadTheirs();
  const { model, optimizer, loss, scheduler, trainer, callbacks, logging, transforms }: Config = config;
  assertEquals(model, { name: "resnet34", weights: null, freeze: [], layer_lr_decay: 1, stem: "imagenet" });
  assertEquals(optimizer.lr, 1e-4);
  assertEquals(optimizer.weight_decay, 0.01);
  assertEquals(loss, { name: "cross_entropy", label_smoothing: 0.2, class_weights: "none" });
  assertEquals(scheduler, {
    name: "multistep",
    warmup_epochs: 0,
    start_factor: 1e-3,
    milestones: [3, 6],
    gamma: 0.5,
    interval: "epoch",
  });
  assertEquals([trainer.max_epochs, trainer.strategy, trainer.devices], [7, "ddp", 2]);
  assertEquals([trainer.num_nodes, trainer.sync_batchnorm], ["auto", false]);
  assertEquals(callbacks, {
    model_checkpoint: {
      monitor: "val/acc_top1",
      mode: "max",
      save_top_k: 1,
      save_last: false,
      save_every_n_minutes: null,
      filename: null,
    },
    progress: {},
    ema: { decay: 0.99, warmup_steps: 0 },
    learning_rate_monitor: { logging_interval: "step" },
    early_stopping: { monitor: "val/loss", mode: "min", patience: 3, min_delta: 0 },
  });
  assertEquals(logging.wandb?.project, "mine");
  assertEquals(transforms.train.map((step) => Object.keys(step)[0]), [
    "random_resized_crop",
    "random_affine",
    "random_apply",
    "normalize",
  ]);
  assertEquals(transforms.train[2].random_apply, {
    p: 0.85,
    transforms: [{ pixelate: { scale: [0.1, 0.5], p: 0.4 } }, { jpeg: { quality: [5, 55], p: 1 } }],
  });
  assertEquals(transforms.eval[0].resize, { size: 73, keep_aspect: true, interpolation: "bilinear" });
  assertEquals([trainer.gradient_clip_val, trainer.log_every_n_steps], [null, 50]);
  assertEquals(notes.length, 1);
  for (
    const name of [
      "trainer.accelerator",
      "data.pin_memory",
      "model.num_classes",
      "optimizer.fused",
    ]
  ) {
    assert(notes[0].includes(name), `${name} is not in ${notes[0]}`);
  }
});

Deno.test("options of a target take overrides, and so does what has no meaning", () => {
  const { config, notes } = loadTheirs([
    "callbacks.stop.patience=9",
    "callbacks.stop.min_delta=0.5",
    "trainer.benchmark=true",
  ]);
  assertEquals(config.callbacks.early_stopping?.patience, 9);
  assertEquals(config.callbacks.early_stopping?.min_delta, 0.5);
  assert(notes[0].includes("trainer.benchmark"));
});

Deno.test("what has no meaning is accepted in our own words too", () => {
  const request = { sources: [{ provider: "main", files: denoConfigFiles() }], root: "train", task: "train" };
  const { notes } = load(
    { ...request, overrides: ["trainer.accelerator=gpu", "data.pin_memory=false"] },
    quietWorld,
  );
  assertEquals(notes, ["data.pin_memory, trainer.accelerator: accepted, but without effect here"]);
});

const launches: readonly [text: string, read: readonly unknown[]][] = [
  ["strategy: ddp_find_unused_parameters_false, devices: [0, 2, 3], num_nodes: 2", ["ddp", 3, 2]],
  ["strategy: auto, devices: -1, num_nodes: 1", ["auto", "auto", "auto"]],
  ['strategy: single_device, devices: "0,1"', ["auto", 2, "auto"]],
  ['devices: "4", strategy: null', ["auto", 4, "auto"]],
];
for (const [text, read] of launches) {
  Deno.test(`Lightning's {${text}} is a launch in our words`, () => {
    const trainer = `{_target_: lightning.pytorch.Trainer, max_epochs: 1, ${text}}\n`;
    const { config } = loadTheirs([], { ...theirs, "trainer/theirs.yaml": trainer });
    assertEquals([config.trainer.strategy, config.trainer.devices, config.trainer.num_nodes], read);
  });
}

const refused: [name: string, file: string, text: string, messages: string[]][] = [
  [
    "an unknown target",
    "callbacks/theirs.yaml",
    "x:\n  _target_: lightning.pytorch.callbacks.ModelChekpoint\n",
    [
      'Cannot use callbacks.x._target_="lightning.pytorch.callbacks.ModelChekpoint" because it is not known in callbacks:',
      "did you mean lightning.pytorch.callbacks.ModelCheckpoint?",
      "classifier_training.callbacks.EMACallback",
      "(theirs/callbacks/theirs.yaml:2)",
    ],
  ],
  ["a strategy that divides the model", "trainer/theirs.yaml", "strategy: fsdp\n", [
    "Cannot use trainer.strategy=fsdp because it must be auto or ddp: each rank holds the whole model",
  ]],
  ["code", "callbacks/theirs.yaml", "x: {_target_: os.system, command: ls}\n", [
    '"os.system" because it is not known',
  ]],
  ["a target that is no text", "callbacks/theirs.yaml", "x: {_target_: [1]}\n", [
    "_target_=[1] because it is not known",
  ]],
  [
    "a target of another place",
    "callbacks/theirs.yaml",
    "x: {_target_: torch.optim.AdamW}\n",
    ['"torch.optim.AdamW" because it is not known in callbacks'],
  ],
  [
    "an option that a target does not have",
    "callbacks/theirs.yaml",
    "x: {_target_: lightning.pytorch.callbacks.EarlyStopping, patienc: 3}\n",
    [
      "Cannot use key callbacks.early_stopping.patienc",
      "did you mean callbacks.early_stopping.patience?",
      "theirs/callbacks/theirs.yaml:1",
    ],
  ],
  [
    "one thing twice",
    "callbacks/theirs.yaml",
    "x: {_target_: classifier_training.callbacks.ema.EMACallback}\ny: {_target_: classifier_training.callbacks.ema.EMACallback}\n",
    ["Cannot use callbacks.y because callbacks.ema is given already"],
  ],
  [
    "another normalisation",
    "transforms/theirs.yaml",
    "train:\n  - {_target_: torchvision.transforms.Normalize, mean: [0.5, 0.5, 0.5], std: [1, 1, 1]}\neval: []\n",
    ["transforms.train.0.mean=[0.5,0.5,0.5]", "transforms.train.0.std=[1,1,1]"],
  ],
  ["a target elsewhere", "trainer/theirs.yaml", "max_epochs: {_target_: builtins.int}\n", [
    "Cannot use trainer.max_epochs=",
  ]],
];
for (const [name, file, text, messages] of refused) {
  Deno.test(`the bridge refuses ${name}`, () => {
    const error: ConfigError = assertThrows(() => loadTheirs([], { ...theirs, [file]: text }), ConfigError);
    for (const message of messages) {
      assert(error.message.includes(message), `${message} is not in\n${error.message}`);
    }
  });
}

Deno.test("a class count is no key of our own, and the message says why", () => {
  const request = { sources: [{ provider: "main", files: denoConfigFiles() }], root: "train", task: "train" };
  for (const override of ["data.num_classes=43", "model.num_classes=43", "data.mean=[0,0,0]"]) {
    assertThrows(
      () => load({ ...request, overrides: [override] }, quietWorld),
      ConfigError,
      "it follows from the data",
    );
  }
});

Deno.test("launchers and loggers of Hydra are accepted and said once", () => {
  const files = {
    "theirs.yaml": "defaults:\n  - train\n  - _self_\n  - override hydra/job_logging: colorlog\n",
  };
  const { notes } = loadTheirs(["hydra/launcher=joblib", "hydra.verbose=true"], files);
  assertEquals(notes, [
    "hydra/launcher, hydra/job_logging, hydra.verbose: accepted, but without effect here",
  ]);
});
