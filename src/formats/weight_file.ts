/** An open file of weights: its contents are known, and values are read one tensor at a time. */
import type { Shape } from "../base/shape.ts";
import type { Dtype, StoredTensor } from "./tensor_data.ts";

/** A tensor in a file. */
export interface TensorInFile {
  readonly dtype: Dtype;
  readonly shape: Shape;
  /** Reads the values in row-major order; nothing is cached. */
  load(): Promise<StoredTensor>;
}

/** A file's tensors by name, in file order. */
export interface WeightFile {
  readonly tensors: ReadonlyMap<string, TensorInFile>;
  /** The metadata of a safetensors file; empty for other formats. */
  readonly metadata: ReadonlyMap<string, string>;
}
