/** Losses, optimisers and schedules of torch. */

import { ConfigError } from "../../../base/errors.ts";
import { allMoot, family, kept, moot, only, type Read, required } from "../target.ts";
import { requireMode } from "./lightning.ts";

const allSamples = only([null], "it is deprecated: leave it out");
const fromStart = only([-1], "resuming continues a schedule by itself");
const fast = moot("the update is always one kernel");
const partial = moot("it is filled in");

/** The class's default would move momentum against the rate. */
const requireSteadyMomentum: Read = (value) => {
  if (value === false) return undefined;
  throw new ConfigError("momentum stays the same here: write cycle_momentum: false");
};

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

/** Muon's default is its first choice by another name. */
const original: Read = (value) => value ?? "original";

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
  Muon: ["muon", {
    options: {
      params: partial,
      lr: kept(1e-3),
      weight_decay: kept(0.1),
      momentum: kept(0.95),
      nesterov: kept(true),
      ns_coefficients: kept([3.4445, -4.775, 2.0315]),
      eps: kept(1e-7),
      ns_steps: kept(5),
      adjust_lr_fn: kept(null, { read: original, note: "`null` is `original`" }),
    },
    about: "what is no hidden filter or matrix gets AdamW by `adamw_lr`, an option of it here",
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
  ExponentialLR: ["exponential", {
    options: { optimizer: partial, gamma: required(), last_epoch: fromStart },
  }],
  PolynomialLR: ["polynomial", {
    options: { optimizer: partial, total_iters: kept(5), power: kept(1), last_epoch: fromStart },
  }],
  CosineAnnealingLR: ["cosine_restarts", {
    options: {
      optimizer: partial,
      T_max: required({ as: "t_0" }),
      eta_min: kept(0),
      last_epoch: fromStart,
    },
    adds: { t_mult: 1 },
    about:
      "the same for `T_max` epochs; a longer run restarts at the first rate, where the class rises as it fell",
  }],
  CosineAnnealingWarmRestarts: ["cosine_restarts", {
    options: {
      optimizer: partial,
      T_0: required({ as: "t_0" }),
      T_mult: kept(1, { as: "t_mult" }),
      eta_min: kept(0),
      last_epoch: fromStart,
    },
  }],
  OneCycleLR: ["one_cycle", {
    options: {
      optimizer: partial,
      max_lr: required(),
      ...allMoot(["total_steps", "epochs", "steps_per_epoch"], "the cycle is as long as the run"),
      pct_start: kept(0.3),
      anneal_strategy: kept("cos"),
      cycle_momentum: kept(true, {
        read: requireSteadyMomentum,
        note: "must be false, which is not the default",
      }),
      ...allMoot(["base_momentum", "max_momentum"], "cycle_momentum is false"),
      div_factor: kept(25),
      final_div_factor: kept(1e4),
      three_phase: kept(false),
      last_epoch: fromStart,
    },
  }],
  ReduceLROnPlateau: ["reduce_on_plateau", {
    options: {
      optimizer: partial,
      mode: kept("min", { note: "must be that of `monitor`" }),
      factor: kept(0.1),
      patience: kept(10),
      threshold: kept(1e-4),
      threshold_mode: kept("rel"),
      cooldown: kept(0),
      min_lr: kept(0),
      eps: kept(1e-8),
    },
    finish: requireMode,
    about: "`monitor` is an option of it, as in Lightning's `lr_scheduler_config`; default `val/loss`",
  }],
});
