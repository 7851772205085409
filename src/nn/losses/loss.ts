/** The interface of a loss: on the GPU for training, and in float64 on the CPU for models that run elsewhere. */
import * as z from "zod";
import type { Plugin } from "../../base/plugin.ts";
import { roundUp } from "../../base/shape.ts";
import type { Device } from "../../core/device.ts";
import { persistent, type Tensor } from "../../core/tensor.ts";
import type { HostTarget } from "../../data/target.ts";
import type { Target } from "../../ops/target.ts";

/** Maps logits [N, classes padded] and their target to the mean loss, f32 [1]. */
export interface Loss {
  (logits: Tensor, target: Target): Tensor;
  /** What it divides the rows' sum by, from which the mean over several batches follows; by default their number. */
  readonly divisor?: (target: HostTarget) => number;
}

/** Maps logits [N, classes] and labels [N] to the mean loss. */
export type HostLoss = (logits: Float32Array, labels: ArrayLike<number>) => number;

/** What a loss knows besides its own options. */
export interface LossContext {
  readonly classes: number;
  /**
   * Weights [classes] that balance the classes, for a loss that is configured to; undefined if something else already
   * balances them. If absent, there are none.
   */
  classWeights?(): ArrayLike<number> | undefined;
  /** Where a focal loss takes a row's probability from (see focal.ts); the label's softmax by default. */
  readonly focalBy?: "softmax" | "cross_entropy";
}

/** The same for a loss that is computed on a device. */
export interface DeviceLossContext extends LossContext {
  readonly device: Device;
}

/** A loss that a configuration can name: its options and its factory. */
export interface LossPlugin<Schema extends z.ZodObject = z.ZodObject>
  extends Plugin<Schema, DeviceLossContext, Loss> {
  /** Computes the same as `make` without a GPU: the loss of an ONNX model. */
  makeOnHost(options: z.output<Schema>, context: LossContext): HostLoss;
}

/** Ties the type of a plug-in's options to the arguments of its factories. */
export function defineLoss<Schema extends z.ZodObject>(plugin: LossPlugin<Schema>): LossPlugin<Schema> {
  return plugin;
}

/** The option `label_smoothing` of losses that have it. */
export const labelSmoothing = z.number().min(0).lt(1).default(0.1)
  .describe("Share of the target spread over all classes");

/** The option `class_weights` of losses that have it. */
export const classWeights = z.enum(["balanced", "none"]).default("balanced")
  .describe("balanced: weighs each class by 1 / its count, in a weighted mean");

/** The class weights that an option selects; undefined: all classes weigh 1. */
export function chosenWeights(
  option: z.output<typeof classWeights>,
  context: LossContext,
): ArrayLike<number> | undefined {
  return option === "balanced" ? context.classWeights?.() : undefined;
}

/** A loss that divides by the class weights of its rows, or by their number where a row has several classes. */
export function dividedByWeights(
  loss: (logits: Tensor, target: Target) => Tensor,
  option: z.output<typeof classWeights>,
  context: LossContext,
): Loss {
  const weights = chosenWeights(option, context);
  if (!weights) return loss;
  const divisor = (target: HostTarget) =>
    target.kind === "indices"
      ? target.labels.reduce((sum, label) => sum + weights[label], 0)
      : target.shares.length;
  return Object.assign(loss, { divisor });
}

/** The chosen class weights as a tensor, f32 [classes padded], which stays on the device. */
export function weightTensor(
  option: z.output<typeof classWeights>,
  context: DeviceLossContext,
): Tensor | undefined {
  const { device, classes } = context, chosen = chosenWeights(option, context);
  if (!chosen) return undefined;
  const weights = persistent(device, [roundUp(classes, 4)], "f32", "class weights");
  weights.write(Float32Array.from({ length: weights.size }, (_, i) => i < classes ? chosen[i] : 0));
  return weights;
}
