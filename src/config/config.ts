/**
 * A checked configuration, as code reads it. What each key means, its range and its default are in `schema/`, which
 * must give what is here; the options of a plug-in are known to the plug-in alone.
 */
import type { Float } from "../base/float.ts";
import type { ChosenPlugins } from "../base/plugin.ts";
import type { ProviderName } from "../core/providers/mod.ts";
import type { DatasetName } from "../data/datasets/mod.ts";
import type { ResizeOptions } from "../data/transforms/resize.ts";
import type { Tta } from "../data/transforms/tta.ts";
import type { ChosenLoss } from "../nn/losses/mod.ts";
import type { ModelName } from "../nn/models/mod.ts";
import type { ChosenOptimizer } from "../optim/optimizers/mod.ts";
import type { SamOptions } from "../optim/sam.ts";
import type { ChosenSchedule } from "../optim/schedules/mod.ts";
import type { CallbackName } from "../train/callbacks/mod.ts";
import type { EmaOptions } from "../train/callbacks/ema.ts";
import type { LoggerName } from "../train/loggers/mod.ts";
import type { DataParallelOptions } from "../train/data_parallel.ts";
import type { RateRange } from "../train/rate_range.ts";
import type { Keeping } from "./kept.ts";

/** A checked configuration: complete, in range and frozen. */
export interface Config extends Keeping {
  readonly seed: number;
  readonly experiment: string;
  readonly gpu: ProviderName;
  readonly log_level: "debug" | "info" | "warning" | "error";
  readonly resume: string;
  readonly checkpoint_dir: string;
  readonly compat: "reference" | null;
  readonly model: ModelConfig;
  readonly data: DataConfig;
  readonly transforms: TransformsConfig;
  readonly loss: ChosenLoss;
  readonly optimizer: OptimizerConfig;
  readonly scheduler: SchedulerConfig;
  readonly trainer: TrainerConfig;
  readonly eval: { readonly tta: Tta | null };
  readonly callbacks: CallbacksConfig;
  readonly logging: ChosenPlugins<LoggerName>;
}

/** The callbacks. Of the moving averages the trainer takes part. */
export type CallbacksConfig = ChosenPlugins<CallbackName> & { readonly ema?: EmaOptions | null | undefined };

/** The network, and the options of its architecture. */
export interface ModelConfig {
  readonly name: ModelName;
  readonly weights: string | null;
  readonly freeze: readonly string[];
  readonly layer_lr_decay: number;
}

/** The optimiser. */
export interface OptimizerConfig extends ChosenOptimizer {
  readonly lr: number;
  readonly sam: SamOptions | null;
}

/** The learning rate over time. */
export interface SchedulerConfig extends ChosenSchedule {
  readonly interval: "epoch" | "step";
}

/** The dataset, the options of its kind, and how it is loaded. */
export interface DataConfig {
  readonly name: DatasetName;
  readonly data_root: string | null;
  readonly image_size: number;
  readonly batch_size: number;
  readonly eval_batch_size: number | null;
  readonly drop_last: boolean;
  readonly holdout: number | null;
  readonly max_unreadable: number;
  readonly max_pixels: number;
  readonly on_unreadable: "skip" | "error";
  readonly on_change: "error" | "continue";
  readonly normalization: "imagenet";
  readonly prefetch: number;
  readonly num_workers: number;
  readonly persistent_workers: boolean;
  readonly cache: "none" | "ram" | "disk" | "auto";
  readonly cache_size: "auto" | "full" | number;
  readonly cache_limit: string | number;
  readonly patch: string | null;
  readonly sampler: SamplerConfig;
}

/** Which images an epoch sees. */
export interface SamplerConfig {
  readonly mode: "disabled" | "auto" | "manual";
  readonly weights: Readonly<Record<string, number>>;
  readonly num_samples: number | null;
  readonly replacement: boolean;
}

/** What images go through before the model. */
export interface TransformsConfig {
  readonly train: readonly TransformStep[];
  readonly batch: readonly Readonly<Record<string, unknown>>[];
  readonly eval: readonly TransformStep[];
}

/** One step: a transform's name with its options. */
export interface TransformStep {
  readonly normalize?: Readonly<Record<string, never>> | undefined;
  readonly resize?: ResizeOptions | undefined;
  readonly [name: string]: unknown;
}

/** A number of batches, or a share of them; 1.0 is all. */
type Batches = Float | number;

/** The training loop, under Lightning's names. */
export interface TrainerConfig {
  readonly max_epochs: number;
  readonly precision: "32-true" | "16-mixed";
  readonly matmul: "f32" | "split";
  readonly gradient_clip_val: number | null;
  readonly gradient_clip_algorithm: "norm" | "value";
  readonly accumulate_grad_batches: number;
  readonly num_sanity_val_steps: number;
  readonly log_every_n_steps: number;
  readonly val_check_interval: Batches;
  readonly fast_dev_run: boolean | number;
  readonly overfit_batches: Batches;
  readonly limit_train_batches: Batches;
  readonly limit_val_batches: Batches;
  readonly limit_test_batches: Batches;
  readonly lr_find: boolean;
  readonly lr_range: RateRange;
  readonly strategy: "auto" | "ddp";
  readonly devices: "auto" | number;
  readonly num_nodes: "auto" | number;
  readonly sync_batchnorm: boolean;
  readonly bucket_cap_mb: number;
  readonly ddp_comm_hook: DataParallelOptions["commHook"];
  readonly share_gpu: boolean;
  readonly tune_kernels: boolean;
  readonly replay: boolean;
}
