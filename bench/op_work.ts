/** What a case of the memory-bound kernels is made of. */
import type { Tensor } from "../src/core/tensor.ts";

/** A tensor with its contents. */
export interface Operand {
  readonly tensor: Tensor;
  readonly values: Float32Array;
}

/** An op's forward pass or, if there is a `dy`, its backward pass. */
export interface OpWork {
  readonly forward: () => Tensor;
  /** The tensors whose gradients the backward pass computes. */
  readonly graded?: readonly Tensor[];
  readonly dy?: Tensor;
  readonly counted: string;
  /** Counted bytes, as a multiple of x. */
  readonly traffic: number;
  /** Parts of the results, and their expected values. */
  readonly expected: (results: readonly Float32Array[]) => readonly (readonly [number[], number[]])[];
  /** Terms of the longest sum. */
  readonly terms?: number;
}

/** Makes an operand; `offset` makes its values differ from those of others, and by default it has the shape of x. */
export type MakeOperand = (offset: number, shape?: readonly number[]) => Operand;

/** Cases by their names, which take no memory before they are built. */
export type Works = Record<string, () => OpWork>;
