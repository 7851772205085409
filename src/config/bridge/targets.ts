/**
 * The names that configurations written for PyTorch may use in `_target_`, and their equivalents here. Names
 * are only looked up in this list: nothing is imported or called.
 */
import { modelNames } from "../../nn/models/mod.ts";

/** The part of a configuration that a target belongs to. */
export type Place =
  | "callbacks"
  | "logging"
  | "transforms"
  | "model"
  | "loss"
  | "optimizer"
  | "scheduler"
  | "trainer"
  | "data";

/** The equivalent of a PyTorch class. */
export interface Target {
  readonly place: Place;
  /** Its name here; undefined if nothing is needed in its place. */
  readonly name: string | undefined;
  /** Options that have other names here. */
  readonly renames: Readonly<Record<string, string>>;
  /** Options without meaning here. */
  readonly ignores: readonly string[];
  /** Options that are added unless they are given. */
  readonly adds: Readonly<Record<string, number>>;
}

/** Classes that can be imported from several modules. */
interface Family {
  readonly place: Place;
  /** Module names; a trailing `.*` includes submodules. */
  readonly modules: readonly string[];
  readonly classes: Readonly<Record<string, Target>>;
}

type Details = Partial<Omit<Target, "place" | "name">>;

/** Classes of one place: `{ Class: [name here, details] }`. */
function family(
  place: Place,
  modules: readonly string[],
  classes: Readonly<Record<string, readonly [name: string | undefined, details?: Details]>>,
): Family {
  const targets = Object.entries(classes).map(([name, [here, details]]): [string, Target] => {
    return [name, { place, name: here, renames: {}, ignores: [], adds: {}, ...details }];
  });
  return { place, modules, classes: Object.fromEntries(targets) };
}

const bar = { ignores: ["refresh_rate", "leave", "theme", "console_kwargs", "process_position"] };
const sampled = { ignores: ["interpolation", "antialias", "max_size"] };
const always = { adds: { p: 1 } };

const lightning = family("callbacks", ["lightning.pytorch.callbacks.*", "pytorch_lightning.callbacks.*"], {
  ModelCheckpoint: ["model_checkpoint", {
    ignores: [
      "dirpath",
      "verbose",
      "auto_insert_metric_name",
      "save_weights_only",
      "every_n_epochs",
      "every_n_train_steps",
      "train_time_interval",
      "save_on_train_epoch_end",
      "enable_version_counter",
    ],
  }],
  EarlyStopping: ["early_stopping", {
    ignores: ["verbose", "strict", "check_finite", "check_on_train_epoch_end", "log_rank_zero_only"],
  }],
  LearningRateMonitor: ["learning_rate_monitor", { ignores: ["log_momentum", "log_weight_decay"] }],
  RichProgressBar: ["progress", bar],
  TQDMProgressBar: ["progress", bar],
  ModelSummary: ["model_info", { ignores: ["max_depth"] }],
  RichModelSummary: ["model_info", { ignores: ["max_depth"] }],
});

const own = family("callbacks", ["classifier_training.callbacks.*"], {
  EMACallback: ["ema"],
  ONNXExportCallback: ["onnx_export", { ignores: ["output_dir"], renames: { opset_version: "opset" } }],
  ConfusionMatrixCallback: ["confusion_matrix", { ignores: ["output_dir"] }],
  ModelInfoCallback: ["model_info", { ignores: ["output_dir"] }],
  DatasetStatisticsCallback: ["dataset_statistics", { ignores: ["output_dir"] }],
  TrainingHistoryCallback: ["training_history", { ignores: ["output_dir"] }],
  SamplePredictionsCallback: ["sample_predictions", {
    ignores: ["output_dir"],
    renames: { num_samples: "count" },
  }],
  SamplerDistributionCallback: ["sampler_distribution", { ignores: ["output_dir"] }],
});

const loggers = family("logging", ["lightning.pytorch.loggers.*", "pytorch_lightning.loggers.*"], {
  WandbLogger: ["wandb", {
    ignores: [
      "save_dir",
      "version",
      "id",
      "prefix",
      "job_type",
      "anonymous",
      "experiment",
      "checkpoint_name",
    ],
  }],
  TensorBoardLogger: ["tensorboard", {
    ignores: ["version", "log_graph", "default_hp_metric", "prefix", "sub_dir"],
  }],
  CSVLogger: [undefined], // metrics.csv is always written
});

const vision = family("transforms", ["torchvision.transforms.*"], {
  Resize: ["resize", sampled],
  CenterCrop: ["center_crop"],
  RandomResizedCrop: ["random_resized_crop", sampled],
  RandomHorizontalFlip: ["random_horizontal_flip"],
  ColorJitter: ["color_jitter"],
  RandomAffine: ["random_affine", { ignores: ["center"] }],
  RandomPerspective: ["random_perspective"],
  GaussianBlur: ["gaussian_blur"],
  RandomErasing: ["random_erasing", { ignores: ["inplace"] }],
  RandomApply: ["random_apply"],
  RandomChoice: ["random_choice"],
  JPEG: ["jpeg", always],
  Normalize: ["normalize", { ignores: ["inplace"] }],
  ...Object.fromEntries(
    ["ToTensor", "ToImage", "ToDtype", "PILToTensor", "ConvertImageDtype", "ToPureTensor", "RGB"]
      .map((name) => [name, [undefined]]),
  ),
});

const degradations = family("transforms", ["classifier_training.*"], {
  JPEGCompression: ["jpeg", { renames: { quality_range: "quality" } }],
  Pixelate: ["pixelate", { renames: { scale_range: "scale" } }],
  BilinearDownscale: ["bilinear_downscale", { renames: { scale_range: "scale" } }],
  GaussianNoise: ["gaussian_noise", { renames: { sigma_range: "sigma", std_range: "sigma" } }],
  ZoomIn: ["zoom_in", { renames: { scale_range: "scale" } }],
  ZoomOut: ["zoom_out", { renames: { scale_range: "scale" } }],
});

const derived = ["num_classes"];

const training = [
  family("model", ["torchvision.models.*", "classifier_training.models.*"], {
    ...Object.fromEntries(modelNames.map((name) => [name, [name, { ignores: derived }]])),
    ResNet18: ["resnet18", { ignores: derived }],
    ResNet34: ["resnet34", { ignores: derived }],
    ResNet50: ["resnet50", { ignores: derived }],
  }),
  family("loss", ["torch.nn.*", "classifier_training.losses.*"], {
    CrossEntropyLoss: ["cross_entropy", { ignores: ["reduction", "ignore_index"] }],
    FocalLoss: ["focal", { ignores: ["reduction"] }],
  }),
  family("optimizer", ["torch.optim.*"], {
    AdamW: [undefined, { ignores: ["fused", "foreach", "capturable", "maximize", "amsgrad"] }],
  }),
  family("scheduler", ["torch.optim.lr_scheduler"], {
    StepLR: ["step", { ignores: ["last_epoch", "verbose"] }],
    MultiStepLR: ["multistep", { ignores: ["last_epoch", "verbose"] }],
  }),
  family("trainer", ["lightning", "lightning.pytorch.*", "pytorch_lightning.*"], { Trainer: [undefined] }),
  family("data", ["classifier_training.data.*"], {
    ClassificationDataModule: ["image_folder", { ignores: derived, renames: { root: "data_root" } }],
    ImageFolderDataModule: ["image_folder", { ignores: derived, renames: { root: "data_root" } }],
  }),
];

const families: readonly Family[] = [lightning, own, loggers, vision, degradations, ...training];

/** Keys that have a meaning elsewhere but none here, regardless of the target. */
export const meaningless: Readonly<Record<string, readonly string[]>> = {
  trainer: [
    "accelerator",
    "devices",
    "strategy",
    "num_nodes",
    "sync_batchnorm",
    "benchmark",
    "deterministic",
    "enable_progress_bar",
    "enable_model_summary",
    "enable_checkpointing",
    "default_root_dir",
    "use_distributed_sampler",
    "profiler",
    "inference_mode",
    "gradient_clip_algorithm",
  ],
  data: ["pin_memory", "pin_memory_device", "multiprocessing_context", "timeout", "prefetch_factor"],
};

/** Keys of Hydra's instantiate(), which is never called here. */
export const INSTANTIATE: readonly string[] = ["_target_", "_partial_", "_recursive_", "_convert_"];

/** The equivalent of a `_target_` in a part of the configuration, or undefined if it is unknown there. */
export function findTarget(name: string, place: Place): Target | undefined {
  const dot = name.lastIndexOf(".");
  const home = name.slice(0, dot), own = name.slice(dot + 1);
  const isIn = (pattern: string) => {
    const root = pattern.replace(/\.\*$/, "");
    return home === root || (root !== pattern && home.startsWith(`${root}.`));
  };
  return families.filter((one) => one.place === place && one.modules.some(isIn))
    .map(({ classes }) => Object.hasOwn(classes, own) ? classes[own] : undefined)
    .find((target) => target !== undefined);
}

/** A part's targets by full name, for messages: `lightning.pytorch.callbacks.ModelCheckpoint`. */
export function knownTargets(place: Place): string[] {
  return families.filter((one) => one.place === place).flatMap(({ modules: [home], classes }) =>
    Object.keys(classes).map((name) => `${home.replace(/\.\*$/, "")}.${name}`)
  );
}
