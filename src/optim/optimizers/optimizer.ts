/** The interface of an optimiser: its states, the scalars of each step, and the update of the parameters. */
import type * as z from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { StepDecision } from "../decision.ts";

/** What an optimiser updates: a flat buffer, and facts about its parts. */
export interface FlatParameters {
  /** [size], f32. */
  readonly values: Tensor;
  /**
   * Number of leading elements that are filters and matrices, which weight decay always applies to; norms and biases
   * follow.
   */
  readonly decayed: number;
  /** f16 copies of the leading values, in mixed precision. */
  readonly halves?: Tensor | undefined;
  /** The range of trained elements, in multiples of 128; the others are frozen. By default all. */
  readonly trained?: readonly [start: number, end: number];
  /** Factors on the learning rate for each 128 elements (PyTorch: parameter groups). By default 1. */
  readonly rates?: Tensor | undefined;
}

/** The inputs of an update. */
export interface StepInputs {
  /** [size], f32, in the layout of the values. */
  readonly gradients: Tensor;
  /** The step's scalars (see step_scalars.ts), including those of {@link Optimizer.scalars}. */
  readonly scalars: Tensor;
  /** [2] of `clipByNorm()`: the gradients' norm, and the factor that clips them. */
  readonly clip: Tensor;
  /** Each element of the clipped gradient is limited to -maxValue .. maxValue; undefined: no limit. */
  readonly maxValue?: number | undefined;
  /** Whether the step is taken; if not, the update changes nothing. */
  readonly decision: StepDecision;
}

/**
 * Encodes forward and backward over the current batch. With `holdStatistics`, batch norm's running statistics stay
 * unchanged. The first pass of a batch provides its loss and counts.
 * @returns the batch's gradients, flat; the next pass overwrites them
 */
export type GradientPass = (mode?: { readonly holdStatistics?: boolean }) => Tensor;

/** An optimiser for one model. */
export interface Optimizer {
  /** PyTorch's name: with `AdamW` the learning rate is logged as `lr-AdamW`. */
  readonly label: string;
  /** The states kept between steps, each in the layout of the values, by their names in checkpoints: `adamw.m`. */
  readonly states: ReadonlyMap<string, Tensor>;
  /** What changes from step to step, at most four numbers: `step` counts from 1, `lr` is the schedule's. */
  scalars(step: number, lr: number): readonly number[];
  /**
   * Encodes how the gradients of a batch are computed, if it takes more than one pass. SAM takes a pass, moves the
   * weights, takes another pass with the statistics held, and moves the weights back. The gradients of the last pass
   * count.
   */
  gradients?(pass: GradientPass): void;
  /** Encodes one update. */
  step(inputs: StepInputs): void;
  /** Frees the states. */
  free(): void;
}

/** The options of any optimiser: the schedule reads the base learning rate. */
type Options = z.ZodType<{ readonly lr: number }>;

/** An optimiser that a configuration can name. Its states start at zero. */
export interface OptimizerPlugin<Schema extends Options = Options>
  extends Plugin<Schema, FlatParameters, Optimizer> {
  /** The names of its states in checkpoints. */
  readonly states: readonly string[];
}

/** Ties the type of a plug-in's options to the argument of its factory. */
export function defineOptimizer<Schema extends Options>(
  plugin: OptimizerPlugin<Schema>,
): OptimizerPlugin<Schema> {
  return plugin;
}
