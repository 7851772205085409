/**
 * Every key that a configuration may have: its type, range, default and one line of explanation. Strict at
 * every level. A custom message reads on from "Cannot use key=value as it ".
 */

import * as z from "zod";
import { transformsSchema } from "./transforms.ts";

const integer = z.int({ error: (issue) => issue.code === "invalid_type" ? "must be an integer" : undefined });
const count = integer.min(1);
const share = z.number().min(0).max(1);
const nullablePath = z.string().min(1).nullable();
const channels = (each: z.ZodNumber) => z.tuple([each, each, each]);

const model = z.strictObject({
  name: z.enum(["resnet18", "resnet34", "resnet50"]).describe("Architecture, as torchvision's"),
  weights: z.string().endsWith(".safetensors", "must be the path of a .safetensors file").nullable().default(
    null,
  )
    .describe("State dict to start from, under torchvision's names; null: a fresh initialisation"),
});

const normalization = z.strictObject({
  mean: channels(z.number()).default([0.485, 0.456, 0.406]).describe("Mean of R, G, B on 0..1"),
  std: channels(z.number().positive()).default([0.229, 0.224, 0.225])
    .describe("Standard deviation of R, G, B on 0..1"),
});

const dataShared = {
  image_size: integer.min(8).default(224).describe("Side of the square that the model sees, in pixels"),
  batch_size: count.default(64).describe("Images a training step"),
  eval_batch_size: count.nullable().default(null).describe("Images a validation step; null: batch_size"),
  drop_last: z.boolean().default(false).describe("Leave out an epoch's last batch if it is not full"),
  holdout: z.number().min(0).max(0.5).default(0.1)
    .describe("Share of train that validates when there is no valid split"),
  max_unreadable: share.default(0.05).describe("Share of unreadable images above which the run ends"),
  on_unreadable: z.enum(["skip", "error"]).default("skip")
    .describe("An unreadable image is named and skipped, or ends the run"),
  prefetch: integer.min(0).default(2).describe("Batches made ready ahead of the GPU"),
  normalization: normalization.prefault({}).describe("What Normalize takes off and divides by; ImageNet's"),
};

const classes = z.array(z.string().min(1)).min(2)
  .refine((names) => new Set(names).size === names.length, "must not name a class twice");

const synthetic = z.strictObject({
  classes: classes.describe("What is written on the jerseys"),
  train: count.default(2000).describe("Images to draw for training"),
  valid: count.default(300).describe("Images to draw for validation"),
  test: count.default(300).describe("Images to draw for the test"),
  size: integer.min(16).default(48).describe("Side of a drawn image, in pixels"),
});

const data = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("synthetic_jerseys").describe("Jersey numbers drawn from the seed"),
    data_root: nullablePath.default(null).describe("Where to draw them; null: a cache folder"),
    ...dataShared,
    synthetic: synthetic.describe("What is drawn"),
  }),
  z.strictObject({
    name: z.literal("image_folder").describe("Folder per class, JSONL annotations or a .zip of these"),
    data_root: z.string("must be a path: give data.data_root=PATH").min(1)
      .describe("Folder or .zip with train, valid and test; must be given"),
    ...dataShared,
  }),
]);

const loss = z.strictObject({
  name: z.enum(["cross_entropy", "focal"]).default("cross_entropy").describe("Loss function"),
  label_smoothing: z.number().min(0).lt(1).default(0.1).describe(
    "Share of the target spread over all classes",
  ),
  class_weights: z.enum(["balanced", "none"]).default("balanced")
    .describe("balanced: a class weighs 1 / its count, in a weighted mean"),
  gamma: z.number().min(0).default(2).describe("Focal only: how much less an easy sample weighs"),
});

const beta = z.number().min(0).lt(1);

const optimizer = z.strictObject({
  lr: z.number().positive().default(5e-4).describe("Learning rate at the end of warm-up"),
  betas: z.tuple([beta, beta]).default([0.9, 0.999]).describe("AdamW's decay of the two moments"),
  eps: z.number().positive().default(1e-8).describe("Added to AdamW's denominator"),
  weight_decay: z.number().min(0).default(1e-4).describe("Decoupled weight decay"),
  decay_norm_and_bias: z.boolean().default(true).describe("Decay batch norm's parameters and biases too"),
});

const scheduler = z.strictObject({
  name: z.enum(["warmup_cosine", "constant", "step", "multistep"]).default("warmup_cosine")
    .describe("Course of the learning rate"),
  warmup_epochs: z.number().min(0).default(5).describe(
    "warmup_cosine: epochs of linear rise to optimizer.lr",
  ),
  start_factor: z.number().positive().max(1).default(1e-3).describe(
    "warmup_cosine: first rate / optimizer.lr",
  ),
  eta_min_factor: share.default(0.05).describe("warmup_cosine: last rate / optimizer.lr"),
  interval: z.enum(["epoch", "step"]).default("epoch").describe(
    "Change the rate once an epoch or every step",
  ),
  step_size: z.number().positive().default(30).describe("step: epochs between two cuts of the rate"),
  gamma: z.number().positive().default(0.1).describe("step, multistep: factor of a cut"),
  milestones: z.array(z.number().min(0)).default([]).describe("multistep: epochs at which the rate is cut"),
});

const precision = z.literal("32-true", {
  error: (issue) => {
    const note = issue.input === "16-mixed" ? '; "16-mixed" is not there yet' : "";
    return `must be 32-true${note}`;
  },
});

const trainer = z.strictObject({
  max_epochs: count.default(200).describe("Passes through the training set"),
  precision: precision.default("32-true").describe("Number format of activations and weights"),
  gradient_clip_val: z.number().min(0).nullable().default(1)
    .describe("Largest norm of the whole gradient; null or 0: no clipping"),
  log_every_n_steps: count.default(10).describe("Steps between two lines of metrics.jsonl"),
  num_sanity_val_steps: integer.min(0).default(2).describe("Validation steps before the first epoch"),
  replay: z.boolean().default(true).describe("Record a step once and replay it; false: walk it each time"),
});

/** The whole configuration. */
export const configSchema = z.strictObject({
  seed: integer.min(0).default(42).describe("Everything random follows from it"),
  experiment: z.string()
    .regex(/^(?!\.+$)[A-Za-z0-9._-]+$/, "must be a file name of letters, digits, '.', '_' and '-'")
    .default("train").describe("What the run is called in run.json"),
  gpu: z.enum(["auto", "dawn"]).default("auto").describe("WebGPU of the runtime, or Dawn's"),
  output_dir: nullablePath.default(null).describe("The run's folder; null: outputs/YYYY-MM-DD/HH-MM-SS"),
  model: model.describe("Network"),
  data: data.describe("Dataset and loader"),
  transforms: transformsSchema.describe("What images go through before the model"),
  loss: loss.prefault({}).describe("Loss"),
  optimizer: optimizer.prefault({}).describe("AdamW"),
  scheduler: scheduler.prefault({}).describe("Learning rate over time"),
  trainer: trainer.prefault({}).describe("Training loop"),
});

/** A checked configuration: complete, in range and frozen. */
export type Config = z.output<typeof configSchema>;
