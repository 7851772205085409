/** What an optimiser is: states that it keeps, scalars of each step, and the update of the parameters. */
import type * as z from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { StepDecision } from "../decision.ts";

/** What an optimiser updates: a flat buffer, and what is known of its parts. */
export interface FlatParameters {
  /** [size], f32. */
  readonly values: Tensor;
  /** The first so many elements are filters and matrices, which weight decay always applies to; norms and biases follow. */
  readonly decayed: number;
  /** f16 copies of the first so many values, in mixed precision. */
  readonly halves?: Tensor | undefined;
  /** The elements that learn, from and to, multiples of 128; the others are frozen. By default all. */
  readonly trained?: readonly [start: number, end: number];
  /** What the learning rate is multiplied with, for each 128 elements (PyTorch: parameter groups). By default 1. */
  readonly rates?: Tensor | undefined;
}

/** What an update reads. */
export interface StepInputs {
  /** [size], f32, of the layout of the values. */
  readonly gradients: Tensor;
  /** The step's scalars (see step_scalars.ts), with those of {@link Optimizer.scalars}. */
  readonly scalars: Tensor;
  /** [2] of `clipByNorm()`: the gradients' norm, and the factor that clips them. */
  readonly clip: Tensor;
  /** Whether the step is taken; if not, the update changes nothing. */
  readonly decision: StepDecision;
}

/**
 * Encodes forward and backward over the batch at hand. With `holdStatistics` batch norm's running statistics stay as
 * they are; the first pass of a batch gives its loss and counts.
 * @returns the batch's gradients, flat, which the next pass overwrites
 */
export type GradientPass = (mode?: { readonly holdStatistics?: boolean }) => Tensor;

/** An optimiser of one model. */
export interface Optimizer {
  /** PyTorch's name of it: with `AdamW` the learning rate is logged as `lr-AdamW`. */
  readonly label: string;
  /** What it keeps from step to step, each of the layout of the values, under its name in checkpoints: `adamw.m`. */
  readonly states: ReadonlyMap<string, Tensor>;
  /** What changes from step to step, at most four numbers: `step` counts from 1, `lr` is the schedule's. */
  scalars(step: number, lr: number): readonly number[];
  /**
   * Encodes how the gradients of a batch come about, where one pass is not all. SAM takes a pass, moves the weights,
   * takes another one with the statistics held, and moves the weights back. The gradients of the last pass count.
   */
  gradients?(pass: GradientPass): void;
  /** Encodes one update. */
  step(inputs: StepInputs): void;
  /** Gives the states' memory back. */
  free(): void;
}

/** The options of any optimiser: the schedule reads the base learning rate. */
type Options = z.ZodType<{ readonly lr: number }>;

/** An optimiser that a configuration can name. Its states start at zero. */
export interface OptimizerPlugin<Schema extends Options = Options>
  extends Plugin<Schema, FlatParameters, Optimizer> {
  /** The names under which checkpoints keep its states. */
  readonly states: readonly string[];
}

/** Ties a plug-in's options to the argument of its factory. */
export function defineOptimizer<Schema extends Options>(
  plugin: OptimizerPlugin<Schema>,
): OptimizerPlugin<Schema> {
  return plugin;
}
