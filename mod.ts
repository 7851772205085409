/**
 * wgrad: trains ResNet image classifiers on WebGPU, in Deno and in the browser.
 *
 * Both use the same engine: WGSL kernels, channels-last tensors, a tape for gradients, and recorded steps
 * that read nothing back. Everything that depends on the runtime (files, image decoding, the GPU object) is
 * passed in.
 *
 * @example Differentiate y = relu(x)
 * ```ts
 * import { backward, openDevice, relu, tensorOf, withTape } from "@wgrad/wgrad";
 *
 * const device = await openDevice(navigator.gpu);
 * const x = tensorOf(device, [-1, 2, -3, 4], [1, 4]);
 * x.needsGrad = true;
 * const dy = tensorOf(device, [1, 1, 1, 1], [1, 4]);
 * const dx = withTape(device, () => backward(relu(x), dy).get(x)!);
 * console.assert((await dx.read()).join() === "0,1,0,1");
 * device.close();
 * ```
 *
 * @example Train a ResNet-18 for one step
 * ```ts
 * import { createModel, hostBatch, makeLoss, makeOptimizer, openDevice, stepResults, trainStep } from "@wgrad/wgrad";
 *
 * const device = await openDevice(navigator.gpu);
 * const model = createModel(device, "resnet18", { classes: 5, seed: 42 });
 * const loss = makeLoss({ name: "cross_entropy", label_smoothing: 0.1 }, { device, classes: 5 });
 * const optimizer = makeOptimizer({ name: "adamw", weight_decay: 1e-2 }, model.parameters);
 * const results = stepResults(device, 5, 1);
 * const step = trainStep(device, {
 *   model, loss, optimizer, results, imageSize: 32, maxNorm: 1, replay: false,
 * });
 * const images = new Float32Array(2 * 32 * 32 * 4); // [N, H, W, 4]
 * await step.run(hostBatch(images, Uint32Array.of(0, 4)), 1e-3);
 * const { loss: value } = await results.total();
 * console.assert(value > 0);
 * device.close();
 * ```
 *
 * @example Get a layer's output, and the gradient of the logits with respect to it
 * ```ts
 * import { createModel, gradients, openDevice, persistent, withTape } from "@wgrad/wgrad";
 *
 * const device = await openDevice(navigator.gpu);
 * const model = createModel(device, "resnet18", { classes: 5, seed: 42 });
 * const images = persistent(device, [2, 64, 64, 4]); // [N, H, W, 4]
 * const dy = persistent(device, [2, 8]); // [N, classes padded to a multiple of 4]
 * const pass = model.observing(["layer4.1"]);
 * const [output, gradient] = withTape(device, () => {
 *   const { logits, outputs } = pass(images, { training: false });
 *   const output = outputs.get("layer4.1")!; // [2, 2, 2, 512]
 *   return [output, ...gradients(logits, dy, [output])];
 * });
 * console.assert((await gradient.read()).length === output.size);
 * device.close();
 * ```
 *
 * @example Prepare images as torchvision does
 * ```ts
 * import { defaultEvalSteps, drawJersey, pipeline, rng } from "@wgrad/wgrad";
 *
 * const picture = drawJersey("23", rng(42, "picture"), 48); // 48 x 48 pixels
 * const prepare = pipeline(defaultEvalSteps(32), { imageSize: 32, purpose: "eval" });
 * console.assert(prepare.apply(picture, rng(42)).width === 32);
 * ```
 *
 * @module
 */

// Errors, plug-ins, shapes, random numbers and files
export { type ByteSource, byteSource } from "./src/base/byte_source.ts";
export {
  ConfigError,
  DataError,
  DeviceLostError,
  DivergedError,
  exitCode,
  GpuError,
  InterruptedError,
  LimitError,
  messageOf,
} from "./src/base/errors.ts";
export { definePlugin, type Plugin } from "./src/base/plugin.ts";
export { type Rng, rng } from "./src/base/rng.ts";
export type { Shape } from "./src/base/shape.ts";

// Engine: device, tensors, gradients, recorded programs, kernels
export { type AdapterDescription, type Device, LIMITS, openDevice } from "./src/core/device.ts";
export { type Kernel, kernel, type KernelSource } from "./src/core/kernel.ts";
export type { Pool, PoolStats, Storage } from "./src/core/pool.ts";
export { type Provider, type ProviderName, providers, type ProviderWorld } from "./src/core/providers/mod.ts";
export { byKernel, type KernelTime } from "./src/core/profile.ts";
export { type Program, recordProgram } from "./src/core/program.ts";
export { type Gradient, gradientFor, record, withTape } from "./src/core/tape.ts";
export { type DType, empty, persistent, Tensor, type TensorData, tensorOf } from "./src/core/tensor.ts";

// Ops
export { activate, type Activation } from "./src/ops/activate.ts";
export { add } from "./src/ops/add.ts";
export { backward, gradients } from "./src/ops/backward.ts";
export { batchNorm, type BatchNormOptions, type BatchNormTensors } from "./src/ops/batch_norm.ts";
export { conv2d, type Conv2dOptions } from "./src/ops/conv2d.ts";
export { crossEntropy, type CrossEntropyOptions } from "./src/ops/cross_entropy.ts";
export { depthwiseConv2d } from "./src/ops/depthwise_conv2d.ts";
export { focal, type FocalOptions } from "./src/ops/focal.ts";
export { globalAvgPool } from "./src/ops/global_avg_pool.ts";
export { layerNorm } from "./src/ops/layer_norm.ts";
export { linear } from "./src/ops/linear.ts";
export { maxPool2d, type MaxPool2dOptions } from "./src/ops/max_pool2d.ts";
export { relu } from "./src/ops/relu.ts";
export {
  squeezeExcite,
  type SqueezeExciteOptions,
  type SqueezeExciteTensors,
} from "./src/ops/squeeze_excite.ts";
export { mixTargets, type TargetPairs } from "./src/ops/mix_targets.ts";
export { tally, type TallyOptions, type TallyTensors } from "./src/ops/tally.ts";
export { IGNORED_LABEL, type Target } from "./src/ops/target.ts";
export { topClass } from "./src/ops/top_class.ts";

// Models, losses, optimisers
/** Initial values for parameters, drawn as in torchvision. */
export * as init from "./src/nn/init.ts";
export { imagesToEngine, imagesToTorch, type Layout } from "./src/nn/layout.ts";
export { forwardFlops, type LayerCost, layerCosts } from "./src/nn/layer_costs.ts";
export { chain, type Layer } from "./src/nn/layers/mod.ts";
export { type ChosenLoss, losses, type LossName, makeHostLoss, makeLoss } from "./src/nn/losses/mod.ts";
export {
  defineLoss,
  type DeviceLossContext,
  type HostLoss,
  type Loss,
  type LossContext,
  type LossPlugin,
} from "./src/nn/losses/loss.ts";
export {
  type Declaration,
  type Init,
  Parameter,
  ParameterSet,
  type StateTensor,
} from "./src/nn/parameters.ts";
export {
  type Architecture,
  buildModel,
  type Model,
  type ModelOptions,
  type Observed,
  type Stage,
} from "./src/nn/model.ts";
export {
  architecture,
  type ChosenModel,
  createModel,
  type ModelName,
  modelNames,
  models,
} from "./src/nn/models/mod.ts";
export { defineModel, type ModelContext, type ModelPlugin } from "./src/nn/models/plugin.ts";
export { type StepDecision } from "./src/optim/decision.ts";
export { elementwise, type ElementwiseOptions } from "./src/optim/optimizers/elementwise.ts";
export {
  type ChosenOptimizer,
  makeOptimizer,
  type OptimizerName,
  optimizers,
} from "./src/optim/optimizers/mod.ts";
export {
  defineOptimizer,
  type FlatParameters,
  type Optimizer,
  type OptimizerPlugin,
  type StepInputs,
} from "./src/optim/optimizers/optimizer.ts";
export { clipByNorm } from "./src/optim/clip.ts";
export {
  type ChosenSchedule,
  makeSchedule,
  type Position,
  type Schedule,
  type ScheduleName,
  type SchedulePlugin,
  schedules,
  type Span,
} from "./src/optim/schedules/mod.ts";

// Data: wgrad/data has all but the augmentation on the GPU
export * from "./src/data/mod.ts";
export { type Augmenter, augmenter, type AugmenterOptions } from "./src/data/gpu/augmenter.ts";

// Metrics, and formats: wgrad/formats
export {
  argmax,
  type ClassAccuracy,
  classAccuracy,
  type LogitsMetric,
  topK,
  type TopKAccuracy,
  topKAccuracy,
} from "./src/metrics/accuracy.ts";
export { type Areas, areaUnderRoc, auroc } from "./src/metrics/auroc.ts";
export { calibrationError, type Reliability, reliability } from "./src/metrics/calibration.ts";
export {
  type ClassThreshold,
  classThresholds,
  type ThresholdOptions,
} from "./src/metrics/class_thresholds.ts";
export { type Confusion, confusionMatrix, confusionTotals } from "./src/metrics/confusion.ts";
export { type Coverage, coverageOf, type CoverageRow } from "./src/metrics/coverage.ts";
export { f1, type F1Scores, f1Scores } from "./src/metrics/f1.ts";
export { mean as weightedMean } from "./src/metrics/mean.ts";
export type { Accumulator, Metric } from "./src/metrics/metric.ts";
export { nll } from "./src/metrics/nll.ts";
export { softmax } from "./src/metrics/softmax.ts";
export { fitTemperature, type TemperatureFit } from "./src/metrics/temperature.ts";
export * from "./src/formats/mod.ts";

// Plots
export { type ClassBarsPlot, classBarsPlot, type SplitCounts } from "./src/plots/class_bars_plot.ts";
export { type ConfusionPlot, confusionPlot } from "./src/plots/confusion_plot.ts";
export { type Curve, type CurvesPlot, curvesPlot } from "./src/plots/curves_plot.ts";
export { enlarged, type HeatGrid, withHeat } from "./src/plots/heat.ts";
export type { Plotting } from "./src/plots/raster.ts";
export { type ReliabilityPlot, reliabilityPlot } from "./src/plots/reliability_plot.ts";
export { type SamplesPlot, samplesPlot, type SampleTile } from "./src/plots/samples_plot.ts";
export type { Drawing } from "./src/plots/svg.ts";
export { type Face, type Font, openFace, openFont, type Run } from "./src/plots/font.ts";

// Training
export type { Calibration } from "./src/train/calibration.ts";
export type { Callback, Hook, StepRecord } from "./src/train/callback.ts";
export { learningRateMonitor } from "./src/train/callbacks/learning_rate_monitor.ts";
export { metricsLog } from "./src/train/callbacks/metrics_log.ts";
export { callbacks, makeCallbacks } from "./src/train/callbacks/mod.ts";
export { type CallbackContext, type CallbackPlugin, defineCallback } from "./src/train/callbacks/plugin.ts";
export { modelCheckpoint, type ModelCheckpointOptions } from "./src/train/callbacks/model_checkpoint.ts";
export { progress } from "./src/train/callbacks/progress.ts";
export {
  type CheckpointInfo,
  encodeCheckpoint,
  loadCheckpoint,
  type Loaded,
  type LoadOptions,
} from "./src/train/checkpoint.ts";
export { type Evaluation, type Evaluator, evaluator, type EvaluatorParts } from "./src/train/evaluate.ts";
export {
  type Explanation,
  type Gradcam,
  gradcam,
  type GradcamOptions,
  heatLayer,
  type HeatMap,
} from "./src/train/gradcam.ts";
export { type StepResults, stepResults, type Tally } from "./src/train/step_results.ts";
export {
  type KeptCheckpoint,
  type Logger,
  type LogRow,
  RunLog,
  type RunStatus,
  type Scalars,
} from "./src/train/log.ts";
export { csvLogger } from "./src/train/loggers/csv.ts";
export { jsonlLogger } from "./src/train/loggers/jsonl.ts";
export { tensorboardLogger } from "./src/train/loggers/tensorboard.ts";
export { wandbLogger, type WandbParts } from "./src/train/loggers/wandb.ts";
export type { WandbRun, WandbServer } from "./src/train/loggers/wandb/api.ts";
export type { SenderPace } from "./src/train/loggers/wandb/sender.ts";
export { loggers, makeLoggers } from "./src/train/loggers/mod.ts";
export {
  defineLogger,
  type LogFiles,
  type LoggerContext,
  type LoggerPlugin,
} from "./src/train/loggers/plugin.ts";
export type {
  EpochRecord,
  MemoryRecord,
  Outputs,
  Pace,
  RunState,
  SavedCheckpoint,
} from "./src/train/run_state.ts";
export { type HostBatch, hostBatch, type TrainBatch } from "./src/train/batch.ts";
export { type StepParts, type TrainStep, trainStep } from "./src/train/step.ts";
export type { Screen } from "./src/train/screen.ts";
export type { EpochBatches, FitOptions, Progress, Snapshot } from "./src/train/run.ts";
export { fit } from "./src/train/trainer.ts";

// Configuration
export { type Config, type ConfigFiles, formatConfig, loadConfig, pipelineSteps } from "./src/config/mod.ts";
