/** Losses, optimisers and schedules of torch. */

import { family, kept, moot, only, required } from "../target.ts";

const allSamples = only([null], "it is deprecated: leave it out");
const fromStart = only([-1], "resuming continues a schedule by itself");
const fast = moot("the update is always one kernel");
const partial = moot("it is filled in");

/** The losses. */
export const losses = family("loss", ["torch.nn.*"], {
  CrossEntropyLoss: ["cross_entropy", {
    options: {
      weight: only([null], "class weights follow from the data: give loss.class_weights=balanced"),
      size_average: allSamples,
      reduce: allSamples,
      ignore_index: only([-100], "every sample counts"),
      reduction: only(["mean"], "the loss of a batch is a mean"),
      label_smoothing: kept(0),
    },
    adds: { class_weights: "none" },
  }],
});

/** What optimisers of torch have in common. */
const common = {
  params: partial,
  maximize: only([false], "a loss is minimised"),
  foreach: fast,
  differentiable: only([false], "the update is not differentiated"),
  fused: fast,
};

/** What Adam and AdamW have in common. */
const moments = {
  ...common,
  lr: kept(1e-3),
  betas: kept([0.9, 0.999]),
  eps: kept(1e-8),
  amsgrad: only([false], "that variant is not here"),
  capturable: fast,
};

/** Adam can be AdamW. */
const decoupled = only([false], "that is AdamW: give _target_: torch.optim.AdamW");

/** The optimisers. */
export const optimizers = family("optimizer", ["torch.optim.*"], {
  AdamW: ["adamw", { options: { ...moments, weight_decay: kept(0.01) } }],
  Adam: ["adam", { options: { ...moments, weight_decay: kept(0), decoupled_weight_decay: decoupled } }],
  SGD: ["sgd", {
    options: {
      ...common,
      lr: kept(1e-3),
      momentum: kept(0),
      dampening: kept(0),
      weight_decay: kept(0),
      nesterov: kept(false),
    },
  }],
});

/** The schedules; they change the rate once an epoch, as in Lightning. */
export const schedules = family("scheduler", ["torch.optim.lr_scheduler"], {
  StepLR: ["step", {
    options: { optimizer: partial, step_size: required(), gamma: kept(0.1), last_epoch: fromStart },
  }],
  MultiStepLR: ["multistep", {
    options: { optimizer: partial, milestones: required(), gamma: kept(0.1), last_epoch: fromStart },
  }],
});
