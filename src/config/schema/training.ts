/** The keys `model`, `loss`, `optimizer`, `scheduler` and `trainer`. */

import * as z from "zod";
import { Float } from "../../base/float.ts";
import { pathSchema } from "../../base/path_schema.ts";
import { losses } from "../../nn/losses/mod.ts";
import { models } from "../../nn/models/mod.ts";
import { DEFAULT_OPTIMIZER, optimizers, sharedOptions } from "../../optim/optimizers/mod.ts";
import { schedules } from "../../optim/schedules/mod.ts";
import { COMM_HOOKS } from "../../train/data_parallel.ts";
import { BUCKET_CAP_MB } from "../../train/gradient_sum.ts";
import { count, integer, text } from "./fields.ts";
import { kindsOf } from "./kinds.ts";

/** 1.0: all batches, where 1 is one batch. */
export const ALL = new Float(1);

const AMOUNT = "must be a share of up to 1.0, or a whole number of batches";

/** As in Lightning: a whole number of batches, or a share of all; 1 is one batch and 1.0 is all. */
const limit = z.union([
  z.instanceof(Float).refine(({ value }) => value === 1, AMOUNT),
  z.number().positive().refine((value) => value < 1 || Number.isInteger(value), AMOUNT),
]);

/** The same, or none. */
const limitOrNone = z.union([
  z.instanceof(Float).refine(({ value }) => value === 0 || value === 1, AMOUNT),
  z.number().min(0).refine((value) => value < 1 || Number.isInteger(value), AMOUNT),
]);

/** A number of ranks or machines, or whatever the launch has. */
const ranksOrAuto = z.union([z.literal("auto"), count], "must be a number of at least 1, or auto").default(
  "auto",
);

/** The network. */
export const modelSchema = kindsOf(models, {
  name: "Architecture, as torchvision's",
  shared: {
    weights: pathSchema().nullable().default(null).describe(
      "Start values: DEFAULT (torchvision's, ImageNet), or a .safetensors, .pth, .pt or .ckpt; null: drawn",
    ),
    freeze: z.array(text).default([]).describe(
      "Modules or parameters, by their names in the state dict, that keep their values; their norms too",
    ),
    layer_lr_decay: z.number().positive().max(1).default(1).describe(
      "Learning rate of each stage over that of the next: the last stage's is 1, that of the one before d, then d^2",
    ),
  },
});

/** What training minimises. */
export const lossSchema = kindsOf(losses, { name: "Loss function", fallback: "cross_entropy", shared: {} });

/** How gradients change the weights. */
export const optimizerSchema = kindsOf(optimizers, {
  name: "Optimiser",
  fallback: DEFAULT_OPTIMIZER,
  shared: sharedOptions,
});

/** The learning rate over time. */
export const schedulerSchema = kindsOf(schedules, {
  name: "Course of the learning rate",
  fallback: "warmup_cosine",
  shared: {
    interval: z.enum(["epoch", "step"]).default("epoch")
      .describe("Change the rate once an epoch or every step"),
  },
});

/** What `lr_find` tries, under the names of Lightning's. */
const lrRange = z.strictObject({
  min_lr: z.number().positive().default(1e-8).describe("Lowest rate"),
  max_lr: z.number().positive().default(1).describe("Highest rate"),
  num_training: integer.min(10).default(100).describe("Steps from the lowest rate to the highest"),
  early_stop_threshold: z.number().gt(1).nullable().default(4).describe(
    "Stop once the loss is so many times its lowest; null: go on",
  ),
}).check(({ value: { min_lr, max_lr }, issues }) => {
  if (min_lr < max_lr) return;
  issues.push({
    code: "custom",
    input: min_lr,
    path: ["min_lr"],
    message: `must be less than max_lr=${max_lr}`,
  });
});

/** The training loop, under Lightning's names. */
export const trainerSchema = z.strictObject({
  max_epochs: count.default(200).describe("Passes through the training set"),
  precision: z.enum(["32-true", "16-mixed"], {
    error: ({ input }) =>
      String(input).startsWith("bf16")
        ? "must be 32-true or 16-mixed: WGSL, WebGPU's language, has no bfloat16"
        : undefined,
  }).default("32-true").describe(
    "Number format of activations and weights",
  ),
  matmul: z.enum(["f32", "split"]).default("f32").describe(
    "Products in 32-true: of f32 as they are, or split: each by three products of f16 on matrix units",
  ),
  gradient_clip_val: z.number().min(0).nullable().default(1)
    .describe("Largest norm of the whole gradient, or largest value; null or 0: no clipping"),
  gradient_clip_algorithm: z.enum(["norm", "value"]).default("norm")
    .describe("Clip the norm of the whole gradient, or each of its elements"),
  accumulate_grad_batches: count.default(1).describe("Batches to one step of the optimiser"),
  num_sanity_val_steps: integer.min(0).default(2).describe("Validation steps before the first epoch"),
  log_every_n_steps: count.default(10).describe("Steps between two lines of metrics.jsonl"),
  val_check_interval: limit.default(ALL).describe(
    "Between two validations: a share of an epoch, such as 1.0, or a number of batches",
  ),
  fast_dev_run: z.union([z.boolean(), integer.min(1)]).default(false)
    .describe(
      "Run so many batches (true: 1) of each split once, without checkpoints, loggers and measured kernels",
    ),
  overfit_batches: limitOrNone.default(0)
    .describe("Train and validate on the same first batches of train: share, or number; 0: off"),
  limit_train_batches: limit.default(ALL).describe("Batches of an epoch: share (1.0: all), or number"),
  limit_val_batches: limitOrNone.default(ALL)
    .describe("Batches of a validation: share (1.0: all), or number; 0: none"),
  limit_test_batches: limitOrNone.default(ALL)
    .describe("Batches of the test: share (1.0: all), or number; 0: none"),
  lr_find: z.boolean().default(false).describe(
    "Look for a learning rate instead of training: the loss at rising rates, and a suggestion",
  ),
  lr_range: lrRange.prefault({}).describe("The rates that lr_find tries"),
  strategy: z.enum(["auto", "ddp"], {
    error: "must be auto or ddp: each rank holds the whole model",
  }).default("auto").describe(
    "ddp: data-parallel over MPI, on the ranks that mpirun or srun started; auto: that, if there are several",
  ),
  devices: ranksOrAuto.describe(
    "Ranks on each node, one GPU each, which the launch must have; auto: as launched",
  ),
  num_nodes: ranksOrAuto.describe("Machines, which the launch must have; auto: as launched"),
  sync_batchnorm: z.boolean().default(false).describe(
    "Batch norm by the statistics of all ranks' batches; false: each rank by its own",
  ),
  bucket_cap_mb: z.number().positive().default(BUCKET_CAP_MB).describe(
    "MiB of gradients that ranks sum at a time, while backward goes on",
  ),
  ddp_comm_hook: z.enum(COMM_HOOKS).nullable().default(null).describe(
    "fp16_compress_hook: sum gradients over ranks with f16 on the wire; null: f32",
  ),
  share_gpu: z.boolean().default(false).describe(
    "Let several ranks use one GPU; software adapters are shared in any case",
  ),
  tune_kernels: z.boolean().default(true).describe(
    "Choose kernels by measurement and keep the choices; false: by rule, the same everywhere",
  ),
  replay: z.boolean().default(true).describe("Record a step once and replay it; false: walk it each time"),
}).check(({ value: { matmul, precision }, issues }) => {
  if (matmul === "f32" || precision === "32-true") return;
  issues.push({
    code: "custom",
    input: matmul,
    path: ["matmul"],
    message: `must be f32 with precision=${precision}, whose products are of f16 already`,
  });
});
