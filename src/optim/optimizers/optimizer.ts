/** The interface of an optimiser: its states, the scalars of each step, and the update of the parameters. */
import type * as z from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { StepDecision } from "../decision.ts";

/**
 * A filter or matrix of a hidden layer within the flat buffer: [rows, columns], PyTorch's matrix transposed, for a filter
 * [R * S * C, K]. Both are multiples of 4; what pads them is zero.
 */
export interface HiddenMatrix {
  /** Its first element, a multiple of 128. */
  readonly start: number;
  readonly rows: number;
  readonly columns: number;
  /** PyTorch's sizes, without padding: [out, in], for a filter [out, in * kh * kw]. */
  readonly outputs: number;
  readonly inputs: number;
}

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
  /** The trained filters and matrices but the head's, in order. By default none is known. */
  readonly matrices?: readonly HiddenMatrix[] | undefined;
  /** Batch norm's running statistics, flat, if the model has any: a second pass leaves them as they were. */
  readonly statistics?: Tensor | undefined;
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

/** The gradients of a step's batches, as an ascent reads them. */
export interface AscentInputs {
  /** [size], f32: the mean of the step's batches. */
  readonly gradients: Tensor;
  /** [1], by which they were multiplied, in mixed precision. */
  readonly scale?: Tensor | undefined;
}

/** How an optimiser takes its gradients elsewhere than at the current weights, as SAM does. */
export interface Ascent {
  /**
   * Encodes moving the weights, by the gradients of the step's batches. All of them then go through a second time,
   * and the gradients of this pass count; loss and counts are the first one's.
   */
  climb(inputs: AscentInputs): void;
  /**
   * Encodes restoring the weights and batch norm's statistics after the second pass. If the gradients of either pass
   * were not finite, those that count are not.
   */
  comeBack(inputs: AscentInputs): void;
}

/** An optimiser for one model. */
export interface Optimizer {
  /** PyTorch's name: with `AdamW` the learning rate is logged as `lr-AdamW`. */
  readonly label: string;
  /** The states kept between steps, each in the layout of the values, by their names in checkpoints: `adamw.m`. */
  readonly states: ReadonlyMap<string, Tensor>;
  /** What changes from step to step, at most four numbers: `step` counts from 1, `lr` is the schedule's. */
  scalars(step: number, lr: number): readonly number[];
  /** Present if a step's batches go through twice. */
  readonly ascent?: Ascent;
  /** Encodes one update. */
  step(inputs: StepInputs): void;
  /** Frees the states. */
  free(): void;
}

/** The options of any optimiser: the schedule reads the base learning rate. */
type Options = z.ZodObject<{ lr: z.ZodType<number> }>;

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
