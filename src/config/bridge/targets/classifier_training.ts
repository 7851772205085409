/** The parts of the PyTorch original. Its classes' defaults are those of the parts here. */

import { ConfigError } from "../../../base/errors.ts";
import {
  allMoot,
  bound,
  family,
  type Fate,
  type Finish,
  kept,
  moot,
  moved,
  only,
  type Read,
  required,
} from "../target.ts";

const output = { output_dir: moot("the run's folder") };
const fromData = moot("it follows from the data");
const trainedSize = moot("the size that the model was trained at");

/** The callbacks. */
export const callbacks = family("callbacks", ["classifier_training.callbacks.*"], {
  EMACallback: ["ema", { options: { decay: kept(0.9999), warmup_steps: kept(0) } }],
  ONNXExportCallback: ["onnx_export", {
    options: {
      ...output,
      opset_version: kept(17, { as: "opset" }),
      input_height: trainedSize,
      input_width: trainedSize,
    },
    about: "exports the best epoch, not the last",
  }],
  ConfusionMatrixCallback: ["confusion_matrix", { options: { ...output, num_classes: fromData } }],
  ModelInfoCallback: ["model_info", { options: output }],
  DatasetStatisticsCallback: ["dataset_statistics", { options: output }],
  TrainingHistoryCallback: ["training_history", { options: output }],
  SampleVisualizationCallback: ["sample_predictions", {
    options: { ...output, num_samples: kept(16, { as: "count" }) },
  }],
  SamplerDistributionCallback: ["sampler_distribution", { options: output }],
});

/** A transform with a probability and a range whose ends are two options. */
function ranged(of: string, [low, high]: readonly string[], [least, most]: readonly number[], p: number) {
  return { options: { [low]: bound(of, 0, least), [high]: bound(of, 1, most), p: kept(p) } };
}

const scale = ["scale_min", "scale_max"], zoom = ["min_scale", "max_scale"];

/** The transforms. */
export const transforms = family("transforms", ["classifier_training.transforms.*"], {
  RandomJPEGCompression: ["jpeg", ranged("quality", ["quality_min", "quality_max"], [20, 75], 0.5)],
  RandomPixelate: ["pixelate", ranged("scale", scale, [0.25, 0.75], 0.3)],
  RandomBilinearDownscale: ["bilinear_downscale", ranged("scale", scale, [0.3, 0.75], 0.3)],
  RandomGaussianNoise: ["gaussian_noise", ranged("sigma", ["sigma_min", "sigma_max"], [5, 25], 0.3)],
  RandomZoomIn: ["zoom_in", ranged("scale", zoom, [0.7, 1], 0.3)],
  RandomZoomOut: ["zoom_out", ranged("scale", zoom, [1, 1.5], 0.3)],
  ToFloat32Tensor: [undefined, { options: { scale: only([true], "Normalize expects values of 0 .. 1") } }],
});

const pretrained: Read = (value) => value === true ? "DEFAULT" : value === false ? null : value;

function network(learningRate: number): Record<string, Fate> {
  return {
    num_classes: fromData,
    pretrained: kept(true, { as: "weights", read: pretrained }),
    learning_rate: moved("optimizer", "lr", learningRate),
    weight_decay: moved("optimizer", "weight_decay", 1e-4),
    warmup_epochs: moved("scheduler", "warmup_epochs", 5),
    warmup_start_factor: moved("scheduler", "start_factor", 1e-3),
    cosine_eta_min_factor: moved("scheduler", "eta_min_factor", 0.05),
    loss_name: moved("loss", "name", "cross_entropy"),
    label_smoothing: moved("loss", "label_smoothing", 0.1),
    focal_gamma: moved("loss", "gamma", 2),
  };
}

/** The networks. */
export const models = family("model", ["classifier_training.models.*"], {
  ResNet18ClassificationModel: ["resnet18", { options: network(5e-4) }],
  ResNet34ClassificationModel: ["resnet34", { options: network(5e-4) }],
  ResNet50ClassificationModel: ["resnet50", { options: network(5e-5) }],
});

/** `use_cache` and `cache_type` are one option here. */
const oneCache: Finish = (options) => {
  const isUsed = options.get("use_cache")!, kind = options.get("cache")!;
  options.delete("use_cache");
  if (typeof isUsed.value !== "boolean") throw new ConfigError("its use_cache must be true or false");
  if (!isUsed.value) options.set("cache", { value: "none", origin: kind.origin });
};

/** The dataset. */
export const data = family("data", ["classifier_training.data.*"], {
  ImageFolderDataModule: ["image_folder", {
    options: {
      data_root: required(),
      num_classes: fromData,
      use_cache: kept(false, { note: "false: `cache=none`" }),
      cache_type: kept("ram", { as: "cache" }),
      ...allMoot(
        ["pin_memory", "pin_memory_device", "multiprocessing_context", "timeout", "prefetch_factor"],
        "num_workers and prefetch say how images are loaded",
      ),
    },
    finish: oneCache,
    about: "other options have the names of `data` here",
  }],
});
